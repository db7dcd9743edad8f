import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { expect } from "vitest";
import { admin, postJson } from "./open-auth-service.ts";
import { type CreationOptions, SoftwareAuthenticator } from "./software-authenticator.ts";
import type { StaffAccount } from "./staff-account.ts";

interface Scene {
  readonly app: FastifyInstance;
}

export interface Registration {
  readonly challenge_id: string;
  readonly options: CreationOptions & Readonly<Record<string, unknown>>;
}

export const askRegistration = (
  { app }: Scene,
  account: Pick<StaffAccount, "headers">,
  payload: unknown = { password: admin.password },
): Promise<LightMyRequestResponse> =>
  postJson(app, { url: "/v2/me/passkeys/options", payload, headers: account.headers });

export const startRegistration = async (scene: Scene, account: StaffAccount): Promise<Registration> => {
  const response = await askRegistration(scene, account);
  expect(response.statusCode).toBe(200);
  return response.json<Registration>();
};

export const register = (
  { app }: Scene,
  account: Pick<StaffAccount, "headers">,
  payload: { readonly challenge_id: string; readonly response: WebAuthnResponse; readonly name?: string },
): Promise<LightMyRequestResponse> =>
  postJson(app, { url: "/v2/me/passkeys", payload: { name: "Laptop", ...payload }, headers: account.headers });

/** A passkey that the account can sign in with. */
export const createPasskey = async (scene: Scene, account: StaffAccount, name = "Laptop") => {
  const authenticator = new SoftwareAuthenticator();
  const { challenge_id, options } = await startRegistration(scene, account);
  const response = await register(scene, account, { challenge_id, name, response: authenticator.create(options) });
  expect(response.statusCode).toBe(201);
  return { authenticator, passkeyId: response.json<{ passkey_id: string }>().passkey_id };
};

export interface SignInOptions {
  readonly challengeId: string;
  readonly options: { readonly challenge: string } & Readonly<Record<string, unknown>>;
}

export const startSignIn = async ({ app }: Scene): Promise<SignInOptions> => {
  const response = await app.inject({ method: "POST", url: "/signin/passkey/options" });
  expect(response.statusCode).toBe(200);
  return response.json<SignInOptions>();
};

export const finishSignIn = (
  { app }: Scene,
  payload: { readonly challengeId: string; readonly response: unknown },
  delivery = "",
): Promise<LightMyRequestResponse> => postJson(app, { url: `/signin/passkey${delivery}`, payload });

/** Both steps, as an honest browser does them. */
export const signInWith = async (
  scene: Scene,
  authenticator: SoftwareAuthenticator,
  bends: Parameters<SoftwareAuthenticator["get"]>[1] = {},
): Promise<LightMyRequestResponse> => {
  const { challengeId, options } = await startSignIn(scene);
  return finishSignIn(scene, { challengeId, response: authenticator.get(options, bends) });
};

import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { postJson } from "./open-auth-service.ts";

type Headers = Readonly<Record<string, string>>;

export interface MadeKey {
  readonly api_key_id: string;
  readonly key: string;
  readonly expires_at: string | null;
}

/** An API key of the live workspace with every scope, unless told otherwise. */
export const makeKey = async (app: FastifyInstance, headers: Headers, changes: object = {}): Promise<MadeKey> => {
  const payload = { name: "Portal", environment: "live", ...changes };
  const response = await postJson(app, { url: "/v2/api-keys", payload, headers });
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json();
};

export interface MadeToken {
  readonly personal_access_token_id: string;
  readonly token: string;
}

export const inADay = (): string => new Date(Date.now() + 86_400_000).toISOString();

/** A personal access token that may ask what tokens are worth, unless told otherwise. */
export const makeToken = async (app: FastifyInstance, headers: Headers, changes: object = {}): Promise<MadeToken> => {
  const payload = { name: "Script", expires_at: inADay(), scopes: ["tokens:read"], ...changes };
  const response = await postJson(app, { url: "/v2/me/personal-access-tokens", payload, headers });
  if (response.statusCode !== 201) throw new Error(response.body);
  return response.json();
};

/** What a credential asks of the one operation that keys and tokens may call here; 200 says that it passed the door. */
export const introspect = (app: FastifyInstance, headers: Headers, token = "x"): Promise<LightMyRequestResponse> =>
  postJson(app, { url: "/v2/tokens/introspect", payload: { token }, headers });

export const asToken = (token: string, workspace = "live"): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  "x-workspace": workspace,
});

import { createSecretKey, randomUUID } from "node:crypto";
import type { Database } from "@roundtrip/database/database";
import type { FastifyInstance } from "fastify";
import { SignJWT } from "jose";
import { uuidv7 } from "uuidv7";
import {
  addAccount,
  bearer,
  type Customer,
  call,
  createKey,
  createPat,
  run,
  type SignedIn,
  signIn,
} from "./credentials.ts";

type Headers = Readonly<Record<string, string>>;

/** What a path parameter of an operation stands for in the scene, by the parameter's name. */
export type SceneObjects = Readonly<Record<string, string>>;

export interface Scene {
  /** Objects of our own live workspace or, for `/v2/me/*`, of the owner's account. */
  readonly objects: SceneObjects;
  readonly respondent: Headers;
  /** A respondent of the other customer's survey. */
  readonly foreignRespondent: Headers;
}

const definition = { pages: [{ name: "page1", elements: [{ type: "rating", name: "wellbeing" }] }] };

/** One real object of every kind that a route can name. */
export const setUpScene = async (given: {
  readonly app: FastifyInstance;
  readonly db: Database;
  readonly ours: Customer;
  readonly owner: SignedIn;
  readonly theirStaff: Headers;
}): Promise<Scene> => {
  const { app, db, ours, owner } = given;
  const staff = bearer(owner.accessToken, ours.live);
  const webhook = await call(app, {
    url: "/v2/webhooks",
    headers: staff,
    body: { url: "https://127.0.0.1:9/hook", event_types: ["session.*"], format: "standard", payload: "thin" },
  });
  const survey = await addSurvey(app, staff, "ours");
  const foreign = await addSurvey(app, given.theirStaff, "theirs");
  const respondent = await addRespondent(app, survey, "jo");
  const { submissionId, sessionId } = await complete(app, survey.slug, respondent);
  const deliveryId = await firstDelivery(app, staff, webhook.webhook_id);
  const spareAccount = await addAccount(db, {
    email: "spare@clinic.example",
    customerId: ours.customerId,
    role: "viewer",
  });
  const invitation = await call(app, {
    url: "/v2/invitations",
    headers: staff,
    body: { email: "invited@clinic.example", role: "viewer" },
  });
  return {
    objects: {
      survey: survey.slug,
      slug: survey.slug,
      username: "jo",
      submission_id: submissionId,
      session_id: sessionId,
      webhook_id: webhook.webhook_id,
      delivery_id: deliveryId,
      api_key_id: (await createKey(app, staff, {})).api_key_id,
      account_id: spareAccount,
      invitation_id: invitation.invitation_id,
      customer_id: ours.customerId,
      sign_in_id: await addSignIn(app, "owner@clinic.example", owner),
      personal_access_token_id: (await createPat(app, owner.accessToken)).personal_access_token_id,
      passkey_id: await addPasskey(db, owner),
    },
    respondent,
    foreignRespondent: await addRespondent(app, foreign, "sam"),
  };
};

interface SceneSurvey {
  readonly slug: string;
  readonly secret: string;
}

const addSurvey = async (app: FastifyInstance, staff: Headers, slug: string): Promise<SceneSurvey> => {
  const body = { slug, name: slug, definition, state: "active", settings: { user_generation: { mode: "jwt" } } };
  await call(app, { url: "/v2/surveys", headers: staff, body });
  const { secret } = await call(app, { url: `/v2/surveys/${slug}/jwt-secret`, headers: staff, body: {} });
  return { slug, secret };
};

const addRespondent = async (app: FastifyInstance, survey: SceneSurvey, username: string): Promise<Headers> => {
  const token = await new SignJWT({ username })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("5m")
    .sign(createSecretKey(Buffer.from(survey.secret)));
  const { authToken } = await call(app, { url: `/surveys/${survey.slug}/create-user`, body: { token } });
  const { refreshToken } = await call(app, { url: `/signin/token/${authToken}` });
  const { accessToken } = await call(app, { url: "/refresh", headers: { "x-auth-token": refreshToken } });
  return { "x-auth-token": accessToken };
};

const complete = async (app: FastifyInstance, slug: string, headers: Headers) => {
  const { sessionId } = await call(app, { url: `/surveys/${slug}/session`, headers, body: {} });
  const body = { sessionId, data: { wellbeing: 3 } };
  const { submission } = await call(app, { url: `/surveys/${slug}/submission`, headers, body });
  return { submissionId: String(submission.id), sessionId: String(sessionId) };
};

/** The event has to go through the outbox, the bus and the planning first. */
const firstDelivery = async (app: FastifyInstance, staff: Headers, webhookId: string): Promise<string> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await call(app, { method: "GET", url: `/v2/webhooks/${webhookId}/deliveries`, headers: staff });
    if (data[0]) return data[0].delivery_id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("no delivery after 10 s");
};

/** Another sign-in of the owner's, to be ended. */
const addSignIn = async (app: FastifyInstance, email: string, owner: SignedIn): Promise<string> => {
  await signIn(app, email);
  const headers = bearer(owner.accessToken);
  const { data } = await call(app, { method: "GET", url: "/v2/me/sign-ins", headers });
  return data.find((item: { current: boolean }) => !item.current).sign_in_id;
};

const addPasskey = async (db: Database, owner: SignedIn): Promise<string> => {
  const passkeyId = uuidv7();
  const accountId = JSON.parse(Buffer.from(owner.accessToken.split(".")[1] ?? "", "base64url").toString()).sub;
  await run(
    db,
    `INSERT INTO passkeys (passkey_id, account_id, credential_id, public_key, counter, transports, name)
     VALUES ($1, $2, $3, 'x', 0, '{}', 'scene')`,
    passkeyId,
    accountId,
    randomUUID(),
  );
  return passkeyId;
};

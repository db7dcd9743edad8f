import { createHash, randomUUID } from "node:crypto";
import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { RespondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import { type Database, openDatabase } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { watchStatuses } from "@roundtrip/http-operation/undeclared-status.plugin";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { decodeJwt } from "jose";
import type { Static } from "typebox";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect } from "vitest";
import { authSettings } from "../config.ts";
import { createAuthService } from "../service.ts";

export const publicUrl = "https://surveys.example";
export const cookieName = "__Host-roundtrip_refresh";
export const admin = { email: "ada@clinic.example", password: "correct horse battery" };
/** One master key for every service of a run: replicas share it. */
export const masterKey = createKeyringText();

export interface OpenOptions {
  /** Settings besides the ones every test has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
  readonly bus?: EventBus;
  readonly replayGraceMs?: number;
  readonly hasher?: PasswordHasher;
  /** Runs the event handlers too. */
  readonly workers?: boolean;
  /** Where every log line goes; nowhere by default. */
  readonly logLines?: string[];
}

export interface OpenAuthService {
  /** The service mounted as in production. */
  readonly app: FastifyInstance;
  readonly bus: EventBus;
  close(): Promise<void>;
}

export const openAuthService = async (databaseUrl: string, options: OpenOptions = {}): Promise<OpenAuthService> => {
  const bus = options.bus ?? createInProcessEventBus();
  const { logLines } = options;
  const log = logLines
    ? createLogger("auth-service", "trace", { write: (line) => void logLines.push(line) })
    : createLogger("auth-service", "silent");
  const config = parseConfig(authSettings, {
    PORT: "0",
    INTERNAL_PORT: "0",
    PUBLIC_URL: publicUrl,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: "5",
    MIGRATE_AT_START: "false",
    NATS_URL: "nats://unused.invalid",
    MASTER_KEY: masterKey,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    CUSTOMER_NAME: "Clinic",
    // Where `inject` comes from. What is about limits comes from other addresses (`remoteAddress`).
    LIMITS_EXEMPT_CIDRS: "127.0.0.0/8",
    ...options.env,
  });
  const { clock, hasher, replayGraceMs } = options;
  const service = await createAuthService(config, {
    bus,
    log,
    ...(clock ? { clock } : {}),
    ...(hasher ? { hasher } : {}),
    ...(replayGraceMs === undefined ? {} : { replayGraceMs }),
  });
  const app = createHttpServer({ logger: log, trustProxy: [] });
  const undeclared: string[] = [];
  watchStatuses(app, (message) => undeclared.push(message));
  await app.register(service.http);
  await app.ready();
  const workers = superviseWorkers(options.workers ? service.workers : [], log);
  return {
    app,
    bus,
    close: async () => {
      await app.close();
      await workers.stop();
      await service.close();
      if (!options.bus) await bus.close();
      expect(undeclared).toEqual([]);
    },
  };
};

/** One service on a database of this test file's own. `db` looks past the service into its tables. */
export const useAuthService = (options: OpenOptions = {}) => {
  const { database } = useTestDatabase("auth");
  let opened: (OpenAuthService & { readonly db: Database }) | undefined;
  beforeAll(async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    opened = { ...(await openAuthService(database().url, options)), db };
  });
  afterAll(async () => {
    await opened?.close();
    await opened?.db.close();
  });
  return {
    database,
    service: () => {
      if (!opened) throw new Error("the service is there from beforeAll on");
      return opened;
    },
  };
};

/** A statement of a test's own. */
export const sql = <Row>(db: Database, text: string, ...values: readonly unknown[]): Promise<Row[]> =>
  db.query<Row>({ name: createHash("sha256").update(text).digest("hex").slice(0, 40), text }, values);

export interface JsonPost {
  readonly url: string;
  readonly payload: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const postJson = (app: FastifyInstance, post: JsonPost) =>
  app.inject({
    method: "POST",
    url: post.url,
    headers: { "content-type": "application/json", ...post.headers },
    payload: JSON.stringify(post.payload),
  });

export const signInAdmin = async (app: FastifyInstance, credentials = admin): Promise<string> => {
  const response = await postJson(app, { url: "/signin", payload: credentials });
  expect(response.statusCode).toBe(200);
  return response.json<{ refreshToken: string }>().refreshToken;
};

export const refresh = (app: FastifyInstance, refreshToken: string) =>
  app.inject({ method: "POST", url: "/refresh", headers: { "x-auth-token": refreshToken } });

/** Headers of the signed-in admin on the live workspace. */
export const adminHeaders = async (app: FastifyInstance, credentials = admin): Promise<Record<string, string>> => {
  const response = await refresh(app, await signInAdmin(app, credentials));
  return { "x-auth-token": response.json<{ accessToken: string }>().accessToken, "x-workspace": "live" };
};

export const claimsOf = (token: string): AccessTokenClaims => decodeJwt<AccessTokenClaims>(token);

/** The refresh token in the answer's cookie. */
export const cookieOf = (response: LightMyRequestResponse): string => {
  const cookie = response.cookies.find((item) => item.name === cookieName);
  if (!cookie) throw new Error(`no cookie in ${response.statusCode} ${response.body}`);
  return cookie.value;
};

export const refreshWithCookie = (app: FastifyInstance, token: string, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url: "/refresh?delivery=cookie", cookies: { [cookieName]: token }, headers });

/** What survey-service would say about a respondent. */
export const respondentCredential = (
  changes: Partial<Static<typeof RespondentCredential>> = {},
): Static<typeof RespondentCredential> => ({
  respondent_id: uuidv7(),
  workspace_id: uuidv7(),
  survey_id: uuidv7(),
  survey_slug: `survey-${randomUUID()}`,
  user_id: uuidv7(),
  username: "jo",
  token_sha256: "0".repeat(64),
  token_expires_at: null,
  password_hash: null,
  revision: 1,
  deleted: false,
  ...changes,
});

import { fileURLToPath } from "node:url";
import type { KeySet } from "@roundtrip/access-token/authenticator";
import { openCutOff } from "@roundtrip/access-token/cut-off";
import { createKeySet } from "@roundtrip/access-token/key-set";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { migrate } from "@roundtrip/migrations/migrate";
import { createPasswordHasher, type PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import type { Service } from "@roundtrip/service-runner/service";
import type { FastifyBaseLogger } from "fastify";
import { createFirstAccount } from "./accounts/create-first-account.ts";
import { answerVerifyCredential } from "./api-keys/answer-verify-credential.ts";
import { createKeyUses } from "./api-keys/record-key-use.worker.ts";
import { createPruneAuditLogWorker } from "./audit/prune-audit-log.worker.ts";
import { createSealAuditLogWorker } from "./audit/seal-audit-log.worker.ts";
import { type AuthConfig, lifetimesOf } from "./config.ts";
import type { AuthDeps } from "./deps.ts";
import { createAuthHttp } from "./http/auth-http.plugin.ts";
import { answerPublicKeys } from "./keys/answer-public-keys.ts";
import { listPublishedJwks } from "./keys/list-public-keys.ts";
import { createTicketKeyHandler } from "./keys/on-ticket-key-created.handler.ts";
import { createFirstSigningKey } from "./keys/rotate-signing-keys.ts";
import { createKeyRotation } from "./keys/rotate-signing-keys.worker.ts";
import { createSigningKeys, type SigningKeys } from "./keys/signing-keys.ts";
import { openMailChannel, type ShowMail } from "./mails/mail.channel.ts";
import { createMailSender } from "./mails/send-mails.worker.ts";
import { createOpenidProvider } from "./oidc/openid-provider.channel.ts";
import { createResetRequestAnswerer } from "./password-resets/answer-reset-requests.worker.ts";
import { createRespondentCredentialHandler } from "./respondent-credentials/on-respondent-credential-changed.handler.ts";
import { createPruneSignInsWorker } from "./sign-ins/prune-sign-ins.worker.ts";
import { cookieSettings } from "./sign-ins/refresh-cookie.rules.ts";
import { createTokenIssuer } from "./sign-ins/token-issuer.ts";
import { openAuthDb } from "./store/auth-db.ts";
import { createKeyedTurns } from "./throttling/keyed-turns.ts";
import { createAddressLimits } from "./throttling/limit-address.ts";

export interface AuthServiceDeps {
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
  readonly clock?: () => Date;
  /** Shows mails when there is no SMTP server, links and all. Left out, they wait. */
  readonly showMail?: ShowMail;
  /** How long the answer to a cookie's rotation is given again. Default 15,000. */
  readonly replayGraceMs?: number;
  /** Tests that measure hundreds of sign-ins hash with less. */
  readonly hasher?: PasswordHasher;
}

/** Accounts, sign-ins, API keys and signing keys as a value: runs alone, in standalone and in tests. */
export const createAuthService = async (config: AuthConfig, given: AuthServiceDeps): Promise<Service> => {
  const { bus, log } = given;
  if (config.MIGRATE_AT_START) {
    await migrate({ url: config.DATABASE_URL, directory: config.PRISMA_DIR ?? repositoryPath("prisma/auth") });
  }
  const mailChannel = openMailChannel(config, given.showMail ?? null);
  const opened = openAuthDb({
    url: config.DATABASE_URL,
    poolSizeMax: config.DATABASE_POOL_SIZE,
    onIdleError: (error) => log.warn({ err: error }, "an idle database connection was lost"),
  });
  const { db } = opened;
  const clock = given.clock ?? (() => new Date());
  const keyUses = createKeyUses({ db, clock });
  const keyring = openKeyring(config.MASTER_KEY);
  const signingKeys = createSigningKeys({ db, keyring, clock });
  const keySet = createKeySet({ log, load: () => listPublishedJwks(db) });
  const hasher = given.hasher ?? (await createPasswordHasher({ concurrencyMax: config.HASH_CONCURRENCY }));
  const cutOff = await openCutOff({ bus });
  const deps: AuthDeps = {
    ...createSettings(config),
    db,
    prisma: opened.prisma,
    bus,
    log,
    clock,
    keyring,
    hasher,
    keySet,
    tokens: createTokenIssuer({
      signingKeys,
      keySet,
      clock,
      issuer: issuerOf(config),
      accessTokenSeconds: config.ACCESS_TOKEN_SECONDS,
    }),
    replayGraceMs: given.replayGraceMs ?? 15_000,
    addressLimits: createAddressLimits(config.LIMITS_EXEMPT_CIDRS),
    guessTurns: createKeyedTurns({ widthMax: 4, queueMax: 50 }),
    oidc: createOidc(config, log),
    signingKeys,
    isEnded: cutOff.isEnded,
    noteUse: keyUses.note,
  };
  await prepare(config, deps).catch(async (error: unknown) => {
    await cutOff.close();
    await opened.close();
    throw error;
  });
  const closeBus = await attachToBus(deps, { keySet, signingKeys });
  return {
    name: "auth-service",
    http: createAuthHttp(deps),
    workers: [
      createRespondentCredentialHandler(deps),
      createTicketKeyHandler(deps),
      keyUses.worker,
      createKeyRotation(deps),
      createPruneSignInsWorker(deps),
      createSealAuditLogWorker(deps),
      createResetRequestAnswerer(deps),
      createMailSender({ ...deps, mailChannel }),
      createPruneAuditLogWorker({ ...deps, auditRetentionMs: config.AUDIT_RETENTION_DAYS * dayMs }),
    ],
    readiness: [
      { name: "database", check: () => db.check() },
      { name: "bus", check: () => bus.check() },
    ],
    close: async () => {
      await cutOff.close();
      await closeBus();
      mailChannel?.close();
      await opened.close();
    },
  };
};

/** `src/` and `dist/` lie equally deep in the repository. */
const repositoryPath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

const issuerOf = (config: AuthConfig): string => config.PUBLIC_URL.replace(/\/+$/, "");

const dayMs = 86_400_000;

const createSettings = (config: AuthConfig): Pick<AuthDeps, "issuer" | "cookie" | "lifetimes"> => ({
  issuer: issuerOf(config),
  cookie: cookieSettings(config.PUBLIC_URL),
  lifetimes: lifetimesOf(config),
});

/** Asks the provider nothing yet: it may be away when we start. */
const createOidc = (config: AuthConfig, log: FastifyBaseLogger): AuthDeps["oidc"] => {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = config;
  if (issuer === null) return null;
  if (clientId === null) throw new Error("OIDC_ISSUER is set and OIDC_CLIENT_ID is not");
  const redirectUri = `${issuerOf(config)}/signin/oidc/callback`;
  const provider = createOpenidProvider({ issuer, clientId, clientSecret, redirectUri, log });
  return { provider, trustEmail: config.OIDC_TRUST_EMAIL };
};

/** What must be in the database before the first request: a key to sign with, and somebody who can sign in. */
const prepare = async (config: AuthConfig, deps: AuthDeps): Promise<void> => {
  await createFirstSigningKey(deps);
  if (config.ADMIN_EMAIL === null) return;
  if (config.ADMIN_PASSWORD === null) throw new Error("ADMIN_EMAIL is set and ADMIN_PASSWORD is not");
  const first = { email: config.ADMIN_EMAIL, password: config.ADMIN_PASSWORD, customerName: config.CUSTOMER_NAME };
  if (await createFirstAccount(deps, first)) deps.log.info({}, "the first account has been made");
};

interface Keys {
  readonly keySet: KeySet;
  readonly signingKeys: SigningKeys;
}

const attachToBus = async (deps: AuthDeps, { keySet, signingKeys }: Keys): Promise<() => Promise<void>> => {
  const subscriptions = [
    await answerVerifyCredential(deps),
    await answerPublicKeys(deps),
    await deps.bus.listen(nudges.keysChanged, () => {
      signingKeys.forget();
      // Never rejects: a set that cannot be read stays as it is, and the next unknown key asks again.
      void keySet.reload();
    }),
  ];
  return async () => {
    for (const subscription of subscriptions) await subscription.close();
  };
};

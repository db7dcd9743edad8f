import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { askAuthService, type CallerSources } from "@roundtrip/access-token/ask-auth-service";
import { publicEvents } from "@roundtrip/contracts/public-events";
import { respondentCredentialChanged } from "@roundtrip/contracts/survey/respondent-credential-changed.event";
import { ticketKeyCreated } from "@roundtrip/contracts/survey/ticket-key-created.event";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { migrate } from "@roundtrip/migrations/migrate";
import { createOutbox } from "@roundtrip/outbox/outbox";
import { createPasswordHasher } from "@roundtrip/password-hash/password-hash";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import type { Service } from "@roundtrip/service-runner/service";
import type { FastifyBaseLogger } from "fastify";
import { createAnswerChecker } from "./answers/check-answers.ts";
import { createDefinitions } from "./answers/definitions.ts";
import type { SurveyConfig } from "./config.ts";
import type { SurveyDeps } from "./deps.ts";
import { surveyHttpPlugin } from "./http/survey-http.plugin.ts";
import { createAuthenticationTokens } from "./respondents/authentication-token.ts";
import { createCreateUserGates } from "./respondents/create-user-gates.ts";
import { createTicketKeys } from "./return/ticket-keys.ts";
import { sessionWorkers } from "./session-routes.ts";
import { openSurveyDb } from "./store/survey-db.ts";
import { surveyWorkers } from "./survey-routes.ts";

export interface SurveyServiceDeps {
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
  /** Who knows access tokens and API keys. Left out, auth-service is asked over the bus. */
  readonly callers?: CallerSources;
  readonly clock?: () => Date;
}

/** Surveys, respondents, sessions and submissions as a value: runs alone, in standalone and in tests. */
export const createSurveyService = async (config: SurveyConfig, given: SurveyServiceDeps): Promise<Service> => {
  const { bus, log } = given;
  if (config.MIGRATE_AT_START)
    await migrate({ url: config.DATABASE_URL, directory: config.PRISMA_DIR ?? repositoryPath("prisma/survey") });
  const { db, prisma, close } = openSurveyDb({
    url: config.DATABASE_URL,
    poolSizeMax: config.DATABASE_POOL_SIZE,
    onIdleError: (error) => log.warn({ err: error }, "an idle database connection was lost"),
  });
  const outbox = createOutbox({
    db,
    bus,
    log,
    service: "survey-service",
    eventTypes: [...publicEvents, respondentCredentialChanged, ticketKeyCreated],
  });
  const callers = given.callers ? { ...given.callers, close: async () => undefined } : await askAuthService(bus, log);
  const keyring = openKeyring(config.MASTER_KEY);
  const clock = given.clock ?? (() => new Date());
  const deps: SurveyDeps = {
    db,
    prisma,
    outbox,
    bus,
    keyring,
    passwords: await createPasswordHasher({ concurrencyMax: availableParallelism() }),
    authenticationTokens: createAuthenticationTokens(keyring),
    createUserGates: createCreateUserGates({ db, keyring, clock }),
    definitions: createDefinitions(db),
    answers: createAnswerChecker(),
    ticketKeys: createTicketKeys({ db, keyring, outbox }),
    log,
    clock,
    publicUrl: config.PUBLIC_URL.replace(/\/+$/, ""),
    webDirectory: config.WEB_DIR ?? repositoryPath("apps/respondent/dist"),
  };
  return {
    name: "survey-service",
    http: surveyHttpPlugin(deps, { ...callers, issuer: deps.publicUrl }),
    workers: [...outbox.workers, ...surveyWorkers(deps), ...sessionWorkers(deps)],
    readiness: [
      { name: "database", check: () => db.check() },
      { name: "bus", check: () => bus.check() },
    ],
    close: async () => {
      await callers.close();
      await deps.answers.close();
      await close();
    },
  };
};

/** `src/` and `dist/` lie equally deep in the repository. */
const repositoryPath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

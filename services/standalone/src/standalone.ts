import { createAuthService } from "@roundtrip/auth-service";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import { provisionDatabases } from "@roundtrip/migrations/provision";
import { createNotifyService } from "@roundtrip/notify-service";
import { type RunningServices, runServices } from "@roundtrip/service-runner/run-services";
import { createSurveyService } from "@roundtrip/survey-service";
import type { FastifyBaseLogger } from "fastify";
import type { StandaloneConfig } from "./config.ts";
import { lockDataDir } from "./data-lock.ts";
import { openLocalPostgres } from "./local-postgres.ts";
import { type LocalSecrets, readOrCreateSecrets } from "./local-secrets.ts";
import { createServiceConfigs } from "./service-configs.ts";

export interface Standalone {
  readonly url: string;
  readonly adminEmail: string;
  readonly secrets: LocalSecrets;
  /** True when this start made the secrets up, and the administrator's password is to be shown. */
  readonly isFirstStart: boolean;
  stop(): Promise<void>;
}

/** All three services in one process on one port: the same values that run apart in production. */
export const startStandalone = async (config: StandaloneConfig, log: FastifyBaseLogger): Promise<Standalone> => {
  const { secrets, isNew } = await readOrCreateSecrets(config.DATA_DIR);
  // Given back in reverse order, whether the start succeeds or fails half-way.
  const opened: (() => Promise<void>)[] = [await lockDataDir(config.DATA_DIR)];
  const stop = async () => {
    for (const close of opened.reverse()) await close();
  };
  try {
    const adminUrl = await openPostgres(config, secrets, opened);
    const databaseUrls = await provisionDatabases({
      adminUrl,
      prefix: "roundtrip",
      passwords: secrets.databasePasswords,
    });
    const bus = openBus(config, log);
    opened.push(() => bus.close());
    const url = config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
    const running = await startServices({ config, secrets, databaseUrls, url, bus, log });
    opened.push(() => running.stop());
    return { url, adminEmail: adminEmailOf(config), secrets, isFirstStart: isNew, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const openPostgres = async (
  config: StandaloneConfig,
  secrets: LocalSecrets,
  opened: (() => Promise<void>)[],
): Promise<string> => {
  if (config.DATABASE_URL !== null) return config.DATABASE_URL;
  const postgres = await openLocalPostgres(config.DATA_DIR, secrets.postgresPassword);
  opened.push(() => postgres.stop());
  return postgres.adminUrl;
};

const openBus = (config: StandaloneConfig, log: FastifyBaseLogger): EventBus =>
  config.NATS_URL === null
    ? createInProcessEventBus({ log })
    : openNatsEventBus({ name: "standalone", servers: config.NATS_URL.split(","), log });

const adminEmailOf = (config: StandaloneConfig): string => config.ADMIN_EMAIL ?? "admin@example.org";

interface Parts {
  readonly config: StandaloneConfig;
  readonly secrets: LocalSecrets;
  readonly databaseUrls: { readonly auth: string; readonly survey: string; readonly notify: string };
  readonly url: string;
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
}

const startServices = async (parts: Parts): Promise<RunningServices> => {
  const { config, bus, log } = parts;
  const configs = createServiceConfigs(parts);
  // For whoever tries things on one machine, the terminal is the mailbox.
  const auth = await createAuthService(configs.auth, { bus, log, showMail: (text) => console.log(text) });
  const notify = await createNotifyService(configs.notify, { bus, log });
  const survey = await createSurveyService(configs.survey, { bus, log });
  return runServices({
    services: [auth, notify, survey],
    host: config.HOST,
    port: config.PORT,
    internalHost: "127.0.0.1",
    internalPort: null,
    trustProxy: [],
    logger: log,
  });
};

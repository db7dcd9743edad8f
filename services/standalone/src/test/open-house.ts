import { createAuthService } from "@roundtrip/auth-service";
import { authSettings } from "@roundtrip/auth-service/config";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { createNotifyService } from "@roundtrip/notify-service";
import { notifySettings } from "@roundtrip/notify-service/config";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { createLogger } from "@roundtrip/service-runner/logger";
import type { Service } from "@roundtrip/service-runner/service";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { createSurveyService } from "@roundtrip/survey-service";
import { surveySettings } from "@roundtrip/survey-service/config";
import type { FastifyInstance } from "fastify";
import { tapBus } from "./tap-bus.ts";

export const admin = { email: "owner@clinic.example", password: "a long enough pass phrase" };
const publicUrl = "https://surveys.example";

export interface DatabaseUrls {
  readonly auth: string;
  readonly survey: string;
  readonly notify: string;
}

export interface House {
  /** The three services on one server, as standalone mounts them. */
  readonly app: FastifyInstance;
  /** `METHOD /path` of everything that was registered, but for the HEAD that Fastify adds to each GET. */
  readonly routes: readonly string[];
  /** An auth-service of yesterday on the same database and keys: what it issues has expired. */
  readonly yesterday: FastifyInstance;
  close(): Promise<void>;
}

export interface HouseOptions {
  /** Gets every line of the log, from trace up. */
  readonly onLogLine?: (line: string) => void;
  /** Gets every message that goes over the bus. */
  readonly onMessage?: (text: string) => void;
  /** Settings of auth-service besides the ones every house has. */
  readonly authEnv?: Readonly<Record<string, string>>;
}

/** All three services with their workers on the in-process bus. */
export const openHouse = async (urls: DatabaseUrls, options: HouseOptions = {}): Promise<House> => {
  const log = createLogger("house", "trace", { write: options.onLogLine ?? (() => undefined) });
  const bus = tapBus(createInProcessEventBus({ log }), options.onMessage ?? (() => undefined));
  const common = {
    PORT: "0",
    INTERNAL_PORT: "0",
    PUBLIC_URL: publicUrl,
    MIGRATE_AT_START: "false",
    NATS_URL: "in-process",
  };
  const authConfig = parseConfig(authSettings, {
    ...common,
    DATABASE_URL: urls.auth,
    DATABASE_POOL_SIZE: "5",
    MASTER_KEY: createKeyringText(),
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    CUSTOMER_NAME: "Clinic",
    LIMITS_EXEMPT_CIDRS: "127.0.0.0/8",
    ...options.authEnv,
  });
  const auth = await createAuthService(authConfig, { bus, log });
  const past = await createAuthService(authConfig, {
    bus: createInProcessEventBus(),
    log,
    clock: () => new Date(Date.now() - 86_400_000),
  });
  const notify = await createNotifyService(
    parseConfig(notifySettings, {
      ...common,
      DATABASE_URL: urls.notify,
      MASTER_KEY: createKeyringText(),
      INSTANCE_ID: "house",
      ALLOW_PRIVATE_CIDRS: "127.0.0.0/8",
    }),
    { bus, log },
  );
  const survey = await createSurveyService(
    parseConfig(surveySettings, { ...common, DATABASE_URL: urls.survey, MASTER_KEY: createKeyringText() }),
    { bus, log },
  );
  const services = [auth, notify, survey];
  const { app, routes } = await mount(services, log);
  const { app: yesterday } = await mount([past], log);
  const workers = superviseWorkers(
    services.flatMap((service) => service.workers),
    log,
  );
  return {
    app,
    routes,
    yesterday,
    close: async () => {
      await app.close();
      await yesterday.close();
      await workers.stop();
      for (const service of [past, survey, notify, auth]) await service.close();
      await bus.close();
    },
  };
};

const mount = async (services: readonly Service[], logger: ReturnType<typeof createLogger>) => {
  const app = createHttpServer({ logger, trustProxy: [] });
  const routes: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) if (each !== "HEAD") routes.push(`${each} ${url}`);
  });
  for (const service of services) await app.register(service.http);
  await app.ready();
  return { app, routes };
};

import { type Database, openDatabase } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { watchStatuses } from "@roundtrip/http-operation/undeclared-status.plugin";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect } from "vitest";
import { surveySettings } from "../config.ts";
import { createSurveyService } from "../service.ts";
import { createTestCallers, type TestCallers } from "./test-callers.ts";

export const publicUrl = "https://surveys.example";

export interface OpenOptions {
  /** Settings besides the ones every test has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
  readonly bus?: EventBus;
  /** Runs the relay and the responders too. */
  readonly workers?: boolean;
  /** Gets every line of the log; without it nothing is logged. */
  readonly onLogLine?: (line: string) => void;
}

export interface OpenSurveyService {
  /** The service mounted as in production; use `inject`, or listen on port 0 where a socket matters. */
  readonly app: FastifyInstance;
  readonly bus: EventBus;
  readonly callers: TestCallers;
  close(): Promise<void>;
}

export const openSurveyService = async (databaseUrl: string, options: OpenOptions = {}): Promise<OpenSurveyService> => {
  const callers = await createTestCallers(publicUrl);
  const bus = options.bus ?? createInProcessEventBus();
  const { onLogLine } = options;
  const log = onLogLine
    ? createLogger("survey-service", "trace", { write: onLogLine })
    : createLogger("survey-service", "silent");
  const config = parseConfig(surveySettings, {
    PORT: "0",
    INTERNAL_PORT: "0",
    PUBLIC_URL: publicUrl,
    DATABASE_URL: databaseUrl,
    MIGRATE_AT_START: "false",
    NATS_URL: "nats://unused.invalid",
    MASTER_KEY: createKeyringText(),
    ...options.env,
  });
  const service = await createSurveyService(config, {
    bus,
    log,
    callers: callers.sources,
    ...(options.clock ? { clock: options.clock } : {}),
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
    callers,
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
export const useSurveyService = (options: OpenOptions = {}) => {
  const { database } = useTestDatabase("survey");
  let opened: (OpenSurveyService & { readonly db: Database }) | undefined;
  beforeAll(async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    opened = { ...(await openSurveyService(database().url, options)), db };
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

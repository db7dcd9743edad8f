import { type Database, openDatabase } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { watchStatuses } from "@roundtrip/http-operation/undeclared-status.plugin";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterAll, beforeAll, expect } from "vitest";
import { notifySettings } from "../config.ts";
import { createNotifyService } from "../service.ts";
import { createTestCallers, type TestCallers } from "./test-callers.ts";

const publicUrl = "https://surveys.example";
/** One for the whole file: a second service must open what the first one sealed. */
const masterKey = createKeyringText();

export interface OpenOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly bus?: EventBus;
  readonly callers?: TestCallers;
  /** Names of the workers to run; by default all of them. */
  readonly workers?: readonly string[];
}

export interface OpenNotifyService {
  /** The service mounted as in production. */
  readonly app: FastifyInstance;
  readonly bus: EventBus;
  readonly callers: TestCallers;
  /** Everything it logged, as parsed lines. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  close(): Promise<void>;
}

/** Retries a hundred times as fast, receivers on the loopback, leases of a second. */
export const settingsFor = (databaseUrl: string): Readonly<Record<string, string>> => ({
  PORT: "0",
  INTERNAL_PORT: "0",
  PUBLIC_URL: publicUrl,
  DATABASE_URL: databaseUrl,
  MIGRATE_AT_START: "false",
  NATS_URL: "nats://unused.invalid",
  MASTER_KEY: masterKey,
  ALLOW_PRIVATE_CIDRS: "127.0.0.0/8",
  RETRY_SCALE: "0.01",
  SHARD_LEASE_MS: "1000",
});

export const openNotifyService = async (databaseUrl: string, options: OpenOptions = {}): Promise<OpenNotifyService> => {
  const callers = options.callers ?? (await createTestCallers(publicUrl));
  const bus = options.bus ?? createInProcessEventBus();
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const config = parseConfig(notifySettings, { ...settingsFor(databaseUrl), ...options.env });
  const service = await createNotifyService(config, { bus, log, callers: callers.sources });
  const app = createHttpServer({ logger: log, trustProxy: [] });
  const undeclared: string[] = [];
  watchStatuses(app, (message) => undeclared.push(message));
  await app.register(service.http);
  await app.ready();
  const wanted = service.workers.filter((worker) => options.workers?.includes(worker.name) ?? true);
  const workers = superviseWorkers(wanted, log);
  return {
    app,
    bus,
    callers,
    logged,
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
export const useNotifyService = (options: OpenOptions = {}) => {
  const { database } = useTestDatabase("notify");
  let opened: (OpenNotifyService & { readonly db: Database }) | undefined;
  beforeAll(async () => {
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    opened = { ...(await openNotifyService(database().url, options)), db };
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

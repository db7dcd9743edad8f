import { type Durable, eventType } from "@roundtrip/contracts/event";
import { type Database, openDatabase, type Sql, statement } from "@roundtrip/database/database";
import { InProcessBroker } from "@roundtrip/event-bus/in-process-broker";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import type { Worker } from "@roundtrip/service-runner/service";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { Type } from "typebox";

/** A fact with one consumer, as small as an event can be. */
export const thingDone = eventType({
  type: "survey.thing.done.v1",
  data: Type.Object({ n: Type.Integer() }),
  consumers: ["notify-service-on-public-event"],
  publicType: "thing.done",
});

export const workspaceId = "01930000-0000-7000-8000-000000000001";
export const durable: Durable = "notify-service-on-public-event";

/** Collects what the loops say, so that a test can ask whether an alert was raised. */
const createTestLog = () => {
  const lines: { level: string; message: string }[] = [];
  const at = (level: string) => (_fields: object, message: string) => void lines.push({ level, message });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
};

const rows = statement<{
  event_id: string;
  published_at: Date | null;
  confirmed_at: Date | null;
  publish_count: number;
  body: string;
}>("test-outbox-rows", "SELECT event_id, published_at, confirmed_at, publish_count, body FROM outbox ORDER BY id");
export const outboxRows = (sql: Sql) => sql.query(rows, []);

const dead = statement<{ reason: string }>("test-dead", "SELECT reason FROM inbox_dead");
export const deadLetters = (sql: Sql) => sql.query(dead, []);

/** Runs the workers for the length of `work` and stops them whatever happens. */
export const withWorkers = async (workers: readonly Worker[], work: () => Promise<void>): Promise<void> => {
  const running = startWorkers(workers);
  try {
    await work();
  } finally {
    await running.stop();
  }
};

export const startWorkers = (workers: readonly Worker[]) => superviseWorkers(workers, createSilentLog());

// The supervisor logs through Fastify's logger type; the tests look at what happened, not at its lines.
const createSilentLog = () => {
  const none = () => undefined;
  const log = {
    level: "silent",
    fatal: none,
    error: none,
    warn: none,
    info: none,
    debug: none,
    trace: none,
    silent: none,
    child: () => log,
  };
  return log;
};

export const openParts = (url: string) => {
  const broker = new InProcessBroker();
  const db: Database = openDatabase({ url, name: "outbox-test" });
  return { broker, db, bus: createInProcessEventBus({ broker }), log: createTestLog() };
};

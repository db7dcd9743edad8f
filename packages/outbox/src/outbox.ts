import type { EventEnvelope, EventType } from "@roundtrip/contracts/event";
import { outboxNudge, receiptSubject } from "@roundtrip/contracts/subjects";
import type { Database, Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Worker } from "@roundtrip/service-runner/service";
import type { Static } from "typebox";
import { Compile } from "typebox/compile";
import { uuidv7 } from "uuidv7";
import { createReceiptsWorker } from "./confirm-receipts.worker.ts";
import { appendRows, type NeededDurables, type OutboxRow } from "./outbox.store.ts";
import { createRelayWorker } from "./relay-outbox.worker.ts";
import { createWakeUp } from "./wake-up.ts";

/** The least of a logger that the loops need. */
export interface OutboxLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface OutboxOptions {
  readonly db: Database;
  readonly bus: EventBus;
  /** The owner, for example `survey-service`. */
  readonly service: string;
  /** Every event type this service publishes. */
  readonly eventTypes: readonly EventType[];
  readonly log: OutboxLog;
}

export interface NewEvent<E extends EventType> {
  readonly type: E;
  readonly workspaceId: string;
  readonly data: Static<E["data"]>;
  readonly traceparent?: string;
}

/**
 * The way from a fact to the broker (architecture.md section 4). `append` writes the event in the caller's transaction:
 * the fact and its event exist together or not at all. Everything after that is the workers' business.
 */
export interface Outbox {
  /** Throws when the data does not fit the event's contract: the whole transaction rolls back, loudly. */
  append<E extends EventType>(tx: Tx, event: NewEvent<E>): Promise<void>;
  /**
   * The checked row alone, for a statement that writes the fact and its event in one. Such a statement is a transaction of
   * its own; call `wake` when it has succeeded.
   */
  prepare<E extends EventType>(event: NewEvent<E>): OutboxRow;
  wake(): void;
  readonly workers: readonly Worker[];
}

export const createOutbox = (options: OutboxOptions): Outbox => {
  const wakeUp = createWakeUp();
  const validators = new Map(options.eventTypes.map((type) => [type.type, Compile(type.data)]));
  const needed = neededDurables(options.eventTypes);
  let leading = false;
  const deps = { ...options, needed, wakeUp, receipts: receiptSubject(options.service) };
  const wakeRelay = createCoalesced(() => {
    if (leading) wakeUp.wake();
    else options.bus.announce(outboxNudge(options.service), "");
  });
  const prepare = <E extends EventType>(event: NewEvent<E>): OutboxRow => {
    const validator = validators.get(event.type.type);
    if (!validator) throw new Error(`${options.service} does not publish ${event.type.type}`);
    if (!validator.Check(event.data)) {
      const [fault] = validator.Errors(event.data);
      throw new Error(`${event.type.type} does not fit its contract at ${fault?.instancePath}: ${fault?.message}`);
    }
    return createRow(event, options.service);
  };
  return {
    append: async (tx, event) => {
      await appendRows(tx, [prepare(event)]);
      tx.afterCommit(wakeRelay);
    },
    prepare,
    wake: wakeRelay,
    workers: [
      createRelayWorker(deps, (isLeading) => {
        leading = isLeading;
      }),
      createReceiptsWorker(deps),
    ],
  };
};

const createRow = <E extends EventType>(event: NewEvent<E>, service: string): OutboxRow => {
  const eventId = uuidv7();
  const envelope: EventEnvelope<E> = {
    specversion: "1.0",
    id: eventId,
    source: `/${service}`,
    type: event.type.type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    workspaceid: event.workspaceId,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    data: event.data,
  };
  return { eventId, type: event.type.type, workspaceId: event.workspaceId, body: JSON.stringify(envelope) };
};

const neededDurables = (eventTypes: readonly EventType[]): NeededDurables => ({
  types: eventTypes.map((type) => type.type),
  durables: eventTypes.map((type) => type.consumers.join(",")),
});

/** Many commits in one turn of the event loop make one call. */
const createCoalesced = (action: () => void): (() => void) => {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setImmediate(() => {
      waiting = false;
      action();
    });
  };
};

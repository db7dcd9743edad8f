import { type Durable, Envelope, type EventEnvelope, type EventType } from "@roundtrip/contracts/event";
import { missingEventsSubject, receiptSubject } from "@roundtrip/contracts/subjects";
import type { Database, Tx } from "@roundtrip/database/database";
import type { EventBus, IncomingEvent, Verdict } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Worker } from "@roundtrip/service-runner/service";
import { Compile } from "typebox/compile";
import { claimFirstTimes, listMissing, pruneInbox, recordDead } from "./inbox.store.ts";
import type { OutboxLog } from "./outbox.ts";

/** One event as a handler gets it: parsed and checked, with the bytes it came in. */
export interface ReceivedEvent<E extends EventType = EventType> {
  readonly envelope: EventEnvelope<E>;
  /** Exactly what the owner stored. */
  readonly body: string;
}

export interface EventConsumerOptions<E extends EventType> {
  readonly db: Database;
  readonly bus: EventBus;
  readonly log: OutboxLog;
  readonly durable: Durable;
  readonly eventTypes: readonly E[];
  /**
   * Applies events seen for the first time, in the transaction that records them as seen. Called with 1..200 of them.
   * A throw rolls all of it back; the batch is then tried one by one, so that one bad event does not hold up the others.
   */
  readonly apply: (tx: Tx, events: readonly ReceivedEvent<E>[]) => Promise<void>;
  /** After this many deliveries an event that cannot be applied becomes a dead letter. Default 12, about 10 minutes. */
  readonly deliveriesMax?: number;
}

const deliveriesMaxDefault = 12;
const keepInboxDays = 30;
const pruneMs = 3_600_000;

/**
 * Inbox: record as seen and apply in one transaction, then acknowledge, then send the receipt. A crash before the commit
 * brings the event again; a crash after it makes a duplicate that the inbox drops.
 */
export const createEventConsumer = <E extends EventType>(options: EventConsumerOptions<E>): Worker => ({
  name: options.durable,
  run: async (signal) => {
    const parse = createParser(options.eventTypes);
    const missing = await options.bus.respond(missingEventsSubject(options.durable), async (body) =>
      JSON.stringify(await listMissing(options.db, options.durable, parseIds(body))),
    );
    const subscription = await options.bus.subscribe(
      { durable: options.durable, subjects: options.eventTypes.map((type) => type.type) },
      (batch) =>
        consume(
          options,
          batch.map((message) => ({ message, parsed: parse(message.body) })),
        ),
    );
    const pruning = setInterval(() => {
      pruneInbox(options.db, keepInboxDays).catch((error: unknown) =>
        options.log.warn({ err: error }, "inbox not pruned"),
      );
    }, pruneMs);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    clearInterval(pruning);
    await subscription.close();
    await missing.close();
  },
});

type Parsed<E extends EventType> = { readonly event: ReceivedEvent<E> } | { readonly reason: string };
interface Item<E extends EventType> {
  readonly message: IncomingEvent;
  readonly parsed: Parsed<E>;
}

const consume = async <E extends EventType>(
  options: EventConsumerOptions<E>,
  items: readonly Item<E>[],
): Promise<readonly Verdict[]> => {
  try {
    await applyItems(options, items);
    sendReceipts(options, items);
    return items.map((item) => ("event" in item.parsed ? { kind: "ack" } : { kind: "give_up" }));
  } catch (error) {
    // Our own fault or a database that is away: nothing was applied, everything comes again.
    if (error instanceof DependencyUnavailable) throw error;
    const [only] = items;
    if (items.length > 1 || !only) return consumeOneByOne(options, items);
    return [await decideFailed(options, only, error)];
  }
};

const consumeOneByOne = async <E extends EventType>(
  options: EventConsumerOptions<E>,
  items: readonly Item<E>[],
): Promise<readonly Verdict[]> => {
  const verdicts: Verdict[] = [];
  for (const item of items) verdicts.push(...(await consume(options, [item])));
  return verdicts;
};

const decideFailed = async <E extends EventType>(
  options: EventConsumerOptions<E>,
  item: Item<E>,
  error: unknown,
): Promise<Verdict> => {
  const { message } = item;
  options.log.error(
    { err: error, durable: options.durable, deliveries: message.deliveryCount },
    "an event cannot be applied",
  );
  if (message.deliveryCount < (options.deliveriesMax ?? deliveriesMaxDefault))
    return { kind: "retry", delayMs: Math.min(1_000 * 2 ** message.deliveryCount, 60_000) };
  await applyItems(
    { ...options, apply: async () => undefined },
    [item],
    error instanceof Error ? error.message : String(error),
  );
  sendReceipts(options, [item]);
  return { kind: "give_up" };
};

const applyItems = <E extends EventType>(
  options: EventConsumerOptions<E>,
  items: readonly Item<E>[],
  deadReason?: string,
): Promise<void> =>
  options.db.transaction(async (tx) => {
    const events = new Map<string, ReceivedEvent<E>>();
    for (const { message, parsed } of items) {
      const reason = "reason" in parsed ? parsed.reason : deadReason;
      if ("event" in parsed) events.set(parsed.event.envelope.id, parsed.event);
      if (reason === undefined) continue;
      options.log.error({ durable: options.durable, subject: message.subject, reason }, "dead letter");
      await recordDead(tx, { durable: options.durable, subject: message.subject, body: message.body, reason });
    }
    if (events.size === 0) return;
    const first = await claimFirstTimes(tx, options.durable, [...events.keys()]);
    const fresh = [...events.values()].filter((event) => first.has(event.envelope.id));
    if (fresh.length > 0) await options.apply(tx, fresh);
  });

const sendReceipts = <E extends EventType>(options: EventConsumerOptions<E>, items: readonly Item<E>[]): void => {
  const byOwner = new Map<string, string[]>();
  for (const { parsed } of items) {
    if (!("event" in parsed)) continue;
    const owner = parsed.event.envelope.source.slice(1);
    byOwner.set(owner, [...(byOwner.get(owner) ?? []), parsed.event.envelope.id]);
  }
  for (const [owner, eventIds] of byOwner) {
    options.bus.announce(receiptSubject(owner), JSON.stringify({ durable: options.durable, event_ids: eventIds }));
  }
};

const createParser = <E extends EventType>(eventTypes: readonly E[]) => {
  const envelope = Compile(Envelope);
  const data = new Map(eventTypes.map((type) => [type.type, Compile(type.data)]));
  return (body: string): Parsed<E> => {
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return { reason: "not JSON" };
    }
    if (!envelope.Check(value)) return { reason: "no CloudEvents envelope" };
    const validator = data.get(value.type);
    if (!validator) return { reason: `unknown type ${value.type}` };
    if (!validator.Check(value.data)) return { reason: `data does not fit ${value.type}` };
    // `data` has just been checked against the schema of the type that the envelope names.
    return { event: { envelope: value as EventEnvelope<E>, body } };
  };
};

const parseIds = (body: string): readonly string[] => {
  const value: unknown = JSON.parse(body);
  if (!Array.isArray(value) || value.length > 1_000) throw new Error("not a list of at most 1,000 event ids");
  return value.filter((item) => typeof item === "string");
};

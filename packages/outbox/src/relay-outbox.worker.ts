import type { Durable, EventType } from "@roundtrip/contracts/event";
import { missingEventsSubject, outboxNudge } from "@roundtrip/contracts/subjects";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { holdLeadership } from "./leadership.ts";
import * as store from "./outbox.store.ts";
import type { OutboxLog } from "./outbox.ts";
import type { WakeUp } from "./wake-up.ts";

export interface RelayDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly service: string;
  readonly eventTypes: readonly EventType[];
  readonly log: OutboxLog;
  readonly needed: store.NeededDurables;
  readonly wakeUp: WakeUp;
}

const batchSizeMax = 500;
const inFlightMax = 256;
/** The safety net below the wake-ups: what they miss leaves within this time. */
const pollMs = 250;
const positionCheckMs = 1_000;
const sweepMs = 10_000;
const confirmWithinSeconds = 30;
const keepConfirmedDays = 7;
const pruneMs = 600_000;

/**
 * Publishes outbox rows. One leader per database, held by a session advisory lock: a killed leader's lock falls with its
 * connection, and the next process takes over within a second.
 *
 * What the leader does, in a loop:
 * 1. compares the stream's identity with the stored one; a stream that was made anew, or that went backwards, means the
 *    broker lost its disk: everything unconfirmed goes out again at once;
 * 2. publishes what has no `published_at`, 256 in flight, and marks what the broker took. A row whose mark is lost in a
 *    crash goes out again under the same message id; consumers drop it by event id;
 * 3. asks about rows that nobody confirmed within 30 s, and publishes again what a consumer says it lacks, under a new
 *    message id, because the broker would drop the old one.
 */
export const createRelayWorker = (deps: RelayDeps, onLeading: (leading: boolean) => void): Worker => ({
  name: `${deps.service}-outbox-relay`,
  run: async (signal) => {
    const nudged = await deps.bus.listen(outboxNudge(deps.service), () => deps.wakeUp.wake());
    try {
      while (!signal.aborted) {
        const leadership = await holdLeadership(deps.db);
        if (!leadership) {
          await pause(1_000, signal);
          continue;
        }
        onLeading(true);
        try {
          await lead(deps, signal, leadership.isHeld);
        } finally {
          onLeading(false);
          leadership.release();
        }
      }
    } finally {
      await nudged.close();
    }
  },
});

interface Schedule {
  positionAt: number;
  sweepAt: number;
  pruneAt: number;
}

const lead = async (deps: RelayDeps, signal: AbortSignal, isHeld: () => boolean): Promise<void> => {
  const due: Schedule = { positionAt: 0, sweepAt: 0, pruneAt: Date.now() + pruneMs };
  while (!signal.aborted && isHeld()) {
    try {
      await checkPosition(deps, due);
      const published = await publishBatch(deps);
      await sweep(deps, due);
      if (published === batchSizeMax) continue;
      await deps.wakeUp.wait(pollMs, signal);
    } catch (error) {
      // The broker is away: rows wait. The position is looked at again before anything is published.
      deps.log.warn({ err: error }, "outbox relay waits");
      due.positionAt = 0;
      await pause(500, signal);
    }
  }
};

const checkPosition = async (deps: RelayDeps, due: Schedule): Promise<void> => {
  if (Date.now() < due.positionAt) return;
  const position = await deps.bus.streamPosition();
  const known = await store.findRelayState(deps.db);
  const isSame = known?.createdAt === position.createdAt && position.lastSequence >= known.lastSequence;
  if (!isSame) {
    const again = await deps.db.transaction(async (tx) => {
      await store.recordRelayState(tx, position);
      return store.requeueUnconfirmed(tx);
    });
    if (again > 0) deps.log.warn({ again }, "the broker lost its stream; publishing what is unconfirmed again");
  } else if (position.lastSequence > known.lastSequence) {
    await store.recordRelayState(deps.db, position);
  }
  due.positionAt = Date.now() + positionCheckMs;
};

/** Answers how many rows it took. Throws when the broker took none of them. */
const publishBatch = async (deps: RelayDeps): Promise<number> => {
  const rows = await store.listUnpublished(deps.db, batchSizeMax);
  if (rows.length === 0) return 0;
  const published: string[] = [];
  let failure: unknown = null;
  for (let start = 0; start < rows.length && failure === null; start += inFlightMax) {
    await Promise.all(
      rows.slice(start, start + inFlightMax).map(async (row) => {
        try {
          await deps.bus.publish({
            subject: row.type,
            messageId: `${row.event_id}:${row.publish_count}`,
            body: row.body,
          });
          published.push(row.event_id);
        } catch (error) {
          failure = error;
        }
      }),
    );
  }
  if (published.length > 0) await store.markPublished(deps.db, published);
  if (failure !== null) throw failure;
  return rows.length;
};

const sweep = async (deps: RelayDeps, due: Schedule): Promise<void> => {
  if (Date.now() >= due.sweepAt) {
    due.sweepAt = Date.now() + sweepMs;
    await reconcileUnconfirmed(deps, confirmWithinSeconds);
  }
  if (Date.now() >= due.pruneAt) {
    due.pruneAt = Date.now() + pruneMs;
    await store.pruneConfirmed(deps.db, keepConfirmedDays);
  }
};

/** Asks each consumer that has not confirmed; a consumer that does not answer is asked again at the next sweep. */
export const reconcileUnconfirmed = async (
  deps: Omit<RelayDeps, "wakeUp">,
  olderThanSeconds: number,
): Promise<void> => {
  const rows = await store.listUnconfirmed(deps.db, olderThanSeconds);
  if (rows.length === 0) return;
  const asked = new Map<Durable, string[]>();
  for (const row of rows) {
    const consumers = deps.eventTypes.find((type) => type.type === row.type)?.consumers ?? [];
    for (const durable of consumers) {
      if (!row.confirmed_by.includes(durable)) asked.set(durable, [...(asked.get(durable) ?? []), row.event_id]);
    }
  }
  for (const [durable, eventIds] of asked) await reconcileDurable(deps, durable, eventIds);
};

const reconcileDurable = async (
  deps: Omit<RelayDeps, "wakeUp">,
  durable: Durable,
  eventIds: readonly string[],
): Promise<void> => {
  const missing = await askMissing(deps, durable, eventIds);
  if (missing === null) return;
  const lacking = new Set(missing);
  const seen = eventIds.filter((eventId) => !lacking.has(eventId));
  await store.confirmRows(deps.db, { durable, eventIds: seen }, deps.needed);
  if (missing.length === 0) return;
  deps.log.warn({ durable, missing: missing.length }, "a consumer lacks events; publishing them again");
  await store.requeueRows(deps.db, missing);
};

const askMissing = async (
  deps: Pick<RelayDeps, "bus" | "log">,
  durable: Durable,
  eventIds: readonly string[],
): Promise<readonly string[] | null> => {
  try {
    const reply: unknown = JSON.parse(
      await deps.bus.request(missingEventsSubject(durable), JSON.stringify(eventIds), 2_000),
    );
    return Array.isArray(reply) ? reply.filter((item) => typeof item === "string") : null;
  } catch (error) {
    deps.log.info({ err: error, durable }, "a consumer of unconfirmed events does not answer");
    return null;
  }
};

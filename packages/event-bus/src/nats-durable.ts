import { streamName } from "@roundtrip/contracts/subjects";
import {
  AckPolicy,
  type ConsumerConfig,
  type ConsumerInfo,
  DeliverPolicy,
  type JetStreamManager,
  type NatsConnection,
  nanos,
} from "nats";
import type { BusLog } from "./bus-log.ts";
import { hasErrorCode, openManager } from "./nats-stream.ts";
import { coverIncludes, findCover } from "./subject.rules.ts";

export interface DurableSettings {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly ackWaitMs: number;
}

const consumerNotFound = 10_014;
const ackPendingMax = 2_000;

/**
 * Finds or makes the durable consumer; the stream exists.
 *
 * Servers below 2.10 know one filter subject per consumer. A durable of several subjects therefore filters on the tokens
 * that its subjects share (`survey.>`), or not at all, and the subscription drops what was not asked for.
 *
 * A filter is widened and never narrowed, so that two versions of a service that run side by side during an upgrade do not
 * take turns at it. Widening means making the consumer anew where the old one had acknowledged everything: server 2.9.10
 * accepts a changed filter, but treats a wildcard in it as plain text and then delivers nothing. Who looks for the consumer
 * in that instant may make it himself, from the beginning of the stream; then old messages come again.
 *
 * @returns the instant at which it was made, which tells it from a later one of the same name.
 */
export const ensureDurable = async (
  connection: NatsConnection,
  settings: DurableSettings,
  log: BusLog,
): Promise<string> => {
  const manager = await openManager(connection);
  const existing = await findConsumer(manager, settings.name);
  if (existing === null) return create(manager, settings, { deliver_policy: DeliverPolicy.All });
  if (!coverIncludes(existing.config.filter_subject ?? null, findCover(settings.subjects))) {
    const from = existing.ack_floor.stream_seq + 1;
    log.warn({ durable: settings.name, from }, "the durable gets a wider filter");
    await manager.consumers.delete(streamName, settings.name);
    return create(manager, settings, { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from });
  }
  const changes = limits(settings);
  const isCurrent =
    existing.config.ack_wait === changes.ack_wait && existing.config.max_ack_pending === changes.max_ack_pending;
  if (!isCurrent) await manager.consumers.update(streamName, settings.name, changes);
  return existing.created;
};

const create = async (
  manager: JetStreamManager,
  settings: DurableSettings,
  start: Pick<ConsumerConfig, "deliver_policy"> & { readonly opt_start_seq?: number },
): Promise<string> => {
  const filter = findCover(settings.subjects);
  const created = await manager.consumers.add(streamName, {
    durable_name: settings.name,
    ack_policy: AckPolicy.Explicit,
    // What cannot be handled is the consumer's to put aside; the broker never gives up by itself.
    max_deliver: -1,
    ...start,
    ...limits(settings),
    ...(filter === null ? {} : { filter_subject: filter }),
  });
  return created.created;
};

const limits = ({ ackWaitMs }: DurableSettings) => ({ ack_wait: nanos(ackWaitMs), max_ack_pending: ackPendingMax });

const findConsumer = async (manager: JetStreamManager, name: string): Promise<ConsumerInfo | null> => {
  try {
    return await manager.consumers.info(streamName, name);
  } catch (error) {
    if (hasErrorCode(error, consumerNotFound)) return null;
    throw error;
  }
};

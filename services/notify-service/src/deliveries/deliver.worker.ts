import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import { DeliveryEngine, type DeliveryEngineOptions } from "./delivery-engine.ts";
import { listLanesWithFirstTries, listLanesWithRetries } from "./lane.store.ts";
import type { OpenDelivery } from "./open-delivery.ts";
import { shardOf } from "./shard.rules.ts";
import { ShardLeases } from "./shard-leases.ts";

export interface DeliverDeps extends Omit<DeliveryEngineOptions, "mayStart" | "owns"> {
  readonly bus: EventBus;
  readonly instanceId: string;
  readonly leaseMs: number;
}

export interface Deliverer {
  readonly worker: Worker;
  /** Sends what is ours at once, and tells the other engines about the rest. */
  handOver(deliveries: readonly OpenDelivery[]): void;
}

/** Finds what no hand-over and no nudge has brought: a replica died in between, or the nudge was lost. */
const sweepMs = 1_000;
/** Retries are known to their engine; this is for what it forgot. */
const sweepsPerRetrySweep = 10;
const tidyMs = 500;
const renewalsPerLease = 4;
/** A request ends within 15 s; the process is given 25. */
const drainMsMax = 18_000;
const webhooksPerNudge = 500;

/** The delivery engine with the shards it owns, for as long as the worker runs. */
export const createDeliverer = (deps: DeliverDeps): Deliverer => {
  let current: Owner | null = null;
  const worker: Worker = {
    name: "notify-service-deliver",
    run: async (signal) => {
      const owner = createOwner(deps);
      const subscriptions = await listenToNudges(deps.bus, owner);
      const failed = new AbortController();
      const both = AbortSignal.any([signal, failed.signal]);
      current = owner;
      try {
        await Promise.all(
          [renewLoop(deps, owner, both), sweepLoop(deps, owner, both), tidyLoop(owner, both)].map((loop) =>
            loop.finally(() => failed.abort()),
          ),
        );
      } finally {
        current = null;
        for (const subscription of subscriptions) await subscription.close();
        await owner.engine.stop(AbortSignal.timeout(drainMsMax));
        await owner.leases
          .releaseAll()
          .catch((error: unknown) => deps.log.warn({ err: error }, "leases are left to expire"));
      }
    },
  };
  return {
    worker,
    handOver: (deliveries) => {
      const isOurs = (delivery: OpenDelivery) => current?.leases.owns(delivery.shard) === true;
      current?.engine.offer(deliveries.filter(isOurs));
      const others = new Set(deliveries.filter((delivery) => !isOurs(delivery)).map((delivery) => delivery.webhookId));
      announcePlanned(deps.bus, [...others]);
    },
  };
};

const announcePlanned = (bus: EventBus, webhookIds: readonly string[]): void => {
  for (let start = 0; start < webhookIds.length; start += webhooksPerNudge) {
    bus.announce(nudges.deliveriesPlanned, JSON.stringify(webhookIds.slice(start, start + webhooksPerNudge)));
  }
};

interface Owner {
  readonly engine: DeliveryEngine;
  readonly leases: ShardLeases;
}

const createOwner = (deps: DeliverDeps): Owner => {
  const engine: DeliveryEngine = new DeliveryEngine({
    ...deps,
    mayStart: (nowMs) => leases.isValid(nowMs),
    owns: (shard) => leases.owns(shard),
  });
  const leases: ShardLeases = new ShardLeases({
    ...deps,
    onGained: (shards) => {
      deps.log.info({ shards: shards.length }, "shards taken");
    },
    onLost: (shards) => engine.closeShards(shards),
    isIdle: (shard) => engine.isIdle(shard),
  });
  return { engine, leases };
};

const listenToNudges = async (bus: EventBus, { engine, leases }: Owner): Promise<readonly Subscription[]> => [
  await bus.listen(nudges.webhookChanged, (webhookId) => engine.onWebhookChanged(webhookId)),
  await bus.listen(nudges.deliveriesPlanned, (body) => {
    for (const webhookId of parseWebhookIds(body)) {
      const shard = shardOf(webhookId);
      if (leases.owns(shard)) engine.expectFirstTries(webhookId, shard);
    }
  }),
];

const parseWebhookIds = (body: string): readonly string[] => {
  const value: unknown = JSON.parse(body);
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
};

/** A database that is away is waited for: the leases end by themselves, and with them what the engine starts. */
const renewLoop = async (deps: DeliverDeps, owner: Owner, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    try {
      const before = new Set(owner.leases.shards);
      await owner.leases.renew();
      owner.engine.pump();
      await findWork(
        deps,
        owner,
        owner.leases.shards.filter((shard) => !before.has(shard)),
      );
    } catch (error) {
      deps.log.warn({ err: error }, "leases cannot be renewed now");
    }
    await pause(deps.leaseMs / renewalsPerLease, signal);
  }
};

/** Everything that waits in shards that have just become ours. */
const findWork = async (deps: DeliverDeps, owner: Owner, shards: readonly number[]): Promise<void> => {
  if (shards.length === 0) return;
  await findFirstTries(deps, owner, shards);
  await findRetries(deps, owner, shards);
};

const findFirstTries = async (
  deps: DeliverDeps,
  { engine, leases }: Owner,
  shards: readonly number[],
): Promise<void> => {
  for (const { webhookId, shard } of await listLanesWithFirstTries(deps.db, shards)) {
    if (leases.owns(shard)) engine.expectFirstTries(webhookId, shard);
  }
};

const findRetries = async (deps: DeliverDeps, { engine, leases }: Owner, shards: readonly number[]): Promise<void> => {
  for (const { webhookId, shard, dueInMs } of await listLanesWithRetries(deps.db, shards)) {
    if (leases.owns(shard)) engine.expectRetry(webhookId, shard, dueInMs);
  }
};

const sweepLoop = async (deps: DeliverDeps, owner: Owner, signal: AbortSignal): Promise<void> => {
  for (let sweeps = 1; !signal.aborted; sweeps += 1) {
    await pause(sweepMs, signal);
    if (signal.aborted) return;
    try {
      await findFirstTries(deps, owner, owner.leases.shards);
      if (sweeps % sweepsPerRetrySweep === 0) await findRetries(deps, owner, owner.leases.shards);
    } catch (error) {
      deps.log.warn({ err: error }, "waiting deliveries cannot be looked for now");
    }
  }
};

const tidyLoop = async ({ engine }: Owner, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await pause(tidyMs, signal);
    engine.tidy();
  }
};

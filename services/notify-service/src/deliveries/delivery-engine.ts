import type { Database } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { recordResults } from "./attempt.store.ts";
import { type AttemptDeps, attemptDelivery, type MadeAttempt } from "./attempt-delivery.ts";
import { ownFaultPauseMs } from "./delivery.rules.ts";
import { DueTimes } from "./due-times.ts";
import type { EngineLog } from "./engine-log.ts";
import { FailingMarks } from "./failing-marks.ts";
import { HeldDeliveries } from "./held-deliveries.ts";
import type { Lane, LaneSettings } from "./lane.ts";
import { heldMax, LaneLoader, queueMax } from "./lane-loader.ts";
import { Lanes, type Started } from "./lanes.ts";
import type { OpenDelivery } from "./open-delivery.ts";
import { ResultRecorder } from "./result-recorder.ts";

export interface DeliveryEngineOptions extends AttemptDeps {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly log: EngineLog;
  /** Whether any request may begin now. */
  readonly mayStart: (nowMs: number) => boolean;
  /** Whether the shard is still this engine's. */
  readonly owns: (shard: number) => boolean;
}

const slots = 512;
const unrecordedMax = 1_024;
const idleLaneMs = 300_000;

interface LaneResult extends MadeAttempt {
  readonly lane: Lane;
}

/**
 * Delivers for the webhooks of the shards it is given: lanes in memory, requests in turn, results in batches. It knows
 * nothing of leases or of the bus; `deliver.worker.ts` tells it what is its own and when to look.
 */
export class DeliveryEngine {
  readonly #options: DeliveryEngineOptions;
  readonly #lanes = new Lanes({ slots, slotsOfSlow: slots / 2 });
  readonly #held = new HeldDeliveries();
  readonly #wakeUps = new DueTimes<Lane>();
  readonly #running = new Set<Promise<void>>();
  readonly #busyByShard = new Map<number, number>();
  readonly #loader: LaneLoader;
  readonly #recorder: ResultRecorder<LaneResult>;
  readonly #marks: FailingMarks;
  #timer: NodeJS.Timeout | null = null;
  #isStopping = false;

  constructor(options: DeliveryEngineOptions) {
    this.#options = options;
    const { db, keyring, log } = options;
    this.#marks = new FailingMarks(db, log);
    this.#recorder = new ResultRecorder({
      log,
      write: (results) => recordResults(db, results),
      onRecorded: (result, counted) => this.#onRecorded(result, counted),
    });
    this.#loader = new LaneLoader({
      db,
      keyring,
      log,
      held: this.#held,
      onLoaded: (lane) => this.#onChanged(lane),
      onWaiting: (lane, atMs) => this.#wakeAt(lane, atMs),
      onGivenUp: (lane) => this.#close(lane),
    });
  }

  /** Deliveries that have just been committed, of shards that are this engine's. */
  offer(deliveries: readonly OpenDelivery[]): void {
    for (const delivery of deliveries) {
      const lane = this.#lanes.open(delivery.webhookId, delivery.shard);
      // Older ones wait in the database: this one waits there behind them.
      const hasRoom = lane.firstTries.length < queueMax && this.#held.size < heldMax;
      if (lane.moreFirstTries || !hasRoom) lane.moreFirstTries = true;
      else if (this.#held.add(delivery.id)) {
        lane.heldIds.add(delivery.id);
        lane.firstTries.push(delivery);
      }
      this.#onChanged(lane);
    }
  }

  /** The database has first tries of this webhook. Looked up unless the lane has some in memory already. */
  expectFirstTries(webhookId: string, shard: number): void {
    const lane = this.#lanes.open(webhookId, shard);
    if (lane.firstTries.length === 0) lane.moreFirstTries = true;
    this.#onChanged(lane);
  }

  expectRetry(webhookId: string, shard: number, dueInMs: number): void {
    this.#wakeAt(this.#lanes.open(webhookId, shard), performance.now() + dueInMs);
  }

  /** What is known of the webhook is out of date; nothing more starts before it has been read again. */
  onWebhookChanged(webhookId: string): void {
    const lane = this.#lanes.find(webhookId);
    if (!lane) return;
    lane.settings = null;
    lane.settingsVersion += 1;
    lane.isFailing = null;
    lane.pausedUntilMs = 0;
    this.#onChanged(lane);
  }

  /** Nothing more of these shards starts. What is under way ends, and is recorded if nobody else was faster. */
  closeShards(shards: readonly number[]): void {
    const closing = new Set(shards);
    for (const lane of this.#lanes.all()) if (closing.has(lane.shard)) this.#close(lane);
  }

  isIdle(shard: number): boolean {
    return (this.#busyByShard.get(shard) ?? 0) === 0;
  }

  /** To be called every half second or so: notices silent receivers, forgets lanes that nobody uses. */
  tidy(): void {
    const nowMs = performance.now();
    this.#lanes.noticeStalls(nowMs);
    for (const lane of this.#lanes.all()) {
      if (lane.isIdle && nowMs - lane.usedAtMs > idleLaneMs) this.#close(lane);
    }
    this.pump();
  }

  /** Starts whatever may start now. */
  pump(): void {
    while (!this.#isStopping && this.#recorder.unrecorded < unrecordedMax) {
      const nowMs = performance.now();
      const started = this.#options.mayStart(nowMs) ? this.#lanes.startNext(nowMs) : null;
      const settings = started?.lane.settings;
      if (!started || !settings) return;
      this.#loader.wantIfNeeded(started.lane, nowMs);
      this.#count(started.lane.shard, 1);
      const running = this.#attempt(started, settings).finally(() => {
        this.#running.delete(running);
        this.pump();
      });
      this.#running.add(running);
    }
  }

  /** Starts nothing more; waits for what is under way and for its results until the signal aborts. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    if (this.#timer) clearTimeout(this.#timer);
    const aborted = new Promise<void>((resolve) => deadline.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([Promise.allSettled(this.#running), aborted]);
    await this.#loader.stop();
    await this.#recorder.drain(deadline);
    await this.#marks.settled();
  }

  async #attempt(started: Started, settings: LaneSettings): Promise<void> {
    const { lane, delivery } = started;
    const startedMs = performance.now();
    try {
      const made = await attemptDelivery(this.#options, settings, delivery);
      const nowMs = performance.now();
      this.#lanes.finish(started, { durationMs: nowMs - startedMs, timedOut: made.error === "timeout" }, nowMs);
      this.#recorder.add({ ...made, lane });
      this.#loader.wantIfNeeded(lane, nowMs);
    } catch (error) {
      this.#onOwnFault(started, error);
    }
  }

  #onOwnFault(started: Started, error: unknown): void {
    const { lane, delivery } = started;
    this.#count(lane.shard, -1);
    const nowMs = performance.now();
    const untilMs = nowMs + ownFaultPauseMs(lane.ownFaultsInARow + 1);
    this.#lanes.putBack(started, untilMs, nowMs);
    if (lane.isClosed) this.#releaseAll(lane, lane.clearQueues());
    else this.#wakeAt(lane, untilMs);
    const { webhookId, deliveryId } = delivery;
    if (!this.#isStopping)
      this.#options.log.error({ err: error, webhookId, deliveryId }, "our own fault; no attempt is spent");
  }

  #onRecorded(result: LaneResult, counted: boolean): void {
    const { lane } = result;
    this.#count(lane.shard, -1);
    this.#held.release(result.id);
    lane.heldIds.delete(result.id);
    if (!counted) {
      this.#options.log.warn({ webhookId: lane.webhookId, attempt: result.attempt }, "a result came too late to count");
      return;
    }
    this.#marks.note(lane, result.outcome !== "delivered");
    if (result.outcome === "retry") this.#expectNext(lane, performance.now() + result.delayMs);
    if (result.outcome === "gone") this.onWebhookChanged(lane.webhookId);
  }

  /** A lane that was closed while this was under way is opened again: its webhook may be disabled, and this left over. */
  #expectNext(lane: Lane, atMs: number): void {
    if (!lane.isClosed) this.#wakeAt(lane, atMs);
    else if (this.#options.owns(lane.shard)) {
      const reopened = this.#lanes.open(lane.webhookId, lane.shard);
      this.#wakeAt(reopened, atMs);
      this.#onChanged(reopened);
    }
  }

  #onChanged(lane: Lane): void {
    const nowMs = performance.now();
    if (lane.pausedUntilMs > nowMs) this.#wakeAt(lane, lane.pausedUntilMs);
    this.#loader.wantIfNeeded(lane, nowMs);
    this.#lanes.refresh(lane, nowMs);
    this.pump();
  }

  #wakeAt(lane: Lane, atMs: number): void {
    if (lane.isClosed || atMs >= lane.wakeAtMs) return;
    lane.wakeAtMs = atMs;
    this.#wakeUps.push(atMs, lane);
    this.#armTimer();
  }

  #armTimer(): void {
    const { nextAtMs } = this.#wakeUps;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (nextAtMs === null || this.#isStopping) return;
    // Timers take no more than 24 days; nothing here waits longer than one.
    this.#timer = setTimeout(() => this.#wakeDue(), Math.max(1, nextAtMs - performance.now()));
  }

  #wakeDue(): void {
    const nowMs = performance.now();
    for (const lane of this.#wakeUps.takeDue(nowMs)) {
      if (lane.isClosed) continue;
      if (lane.wakeAtMs <= nowMs) lane.wakeAtMs = Number.POSITIVE_INFINITY;
      lane.moreRetries = true;
      this.#onChanged(lane);
    }
    this.#armTimer();
  }

  #close(lane: Lane): void {
    this.#releaseAll(lane, this.#lanes.close(lane));
  }

  #releaseAll(lane: Lane, deliveries: readonly OpenDelivery[]): void {
    for (const { id } of deliveries) {
      this.#held.release(id);
      lane.heldIds.delete(id);
    }
  }

  #count(shard: number, change: 1 | -1): void {
    this.#busyByShard.set(shard, (this.#busyByShard.get(shard) ?? 0) + change);
  }
}

import type { SigningKey } from "../webhooks/open-secrets.ts";
import type { OpenDelivery } from "./open-delivery.ts";

export interface LaneSettings {
  readonly url: string;
  readonly payload: "thin" | "full";
  readonly maxInFlight: number;
  readonly timeoutMs: number;
  /** Newest first. */
  readonly keys: readonly SigningKey[];
  readonly loadedAtMs: number;
}

/** What one request says about its receiver's speed. */
export interface Timing {
  readonly durationMs: number;
  readonly timedOut: boolean;
}

/** Slower than this on average, or longer without an answer, and a lane shares the slots of the slow ones. */
const slowMs = 2_000;
/** Share of the newest request in the average. */
const newestShare = 0.3;
const firstTriesPerRetry = 3;

/** One webhook's work in memory: what waits, what is under way, and how its receiver behaves. */
export class Lane {
  readonly webhookId: string;
  readonly shard: number;
  /** Null until they are loaded; nothing is sent before. */
  settings: LaneSettings | null = null;
  /** Raised when the webhook changes, so that settings read before the change are not used after it. */
  settingsVersion = 0;
  readonly firstTries: OpenDelivery[] = [];
  readonly retries: OpenDelivery[] = [];
  /** The database may hold first tries, or due retries, that are not in memory. */
  moreFirstTries = false;
  moreRetries = false;
  /** When the lane is looked at again without anybody asking: a retry becomes due, or a pause ends. */
  wakeAtMs = Number.POSITIVE_INFINITY;
  /** Rows of this lane in memory, from learning of them to recording their result. */
  readonly heldIds = new Set<string>();
  /** After a fault of our own; no attempt is spent. */
  pausedUntilMs = 0;
  ownFaultsInARow = 0;
  /** What the webhook's row says; null when that is not known. */
  isFailing: boolean | null = null;
  /** This engine no longer owns the shard, or the webhook is gone: nothing more is started. */
  isClosed = false;
  /** Set by `Lanes`: whether this lane counts among the slow ones. */
  isGuarded = true;
  usedAtMs = 0;
  readonly #startedAtMs = new Map<string, number>();
  #isProven = false;
  #isStalled = false;
  #averageMs = 0;
  #hasTimedOut = false;
  #firstTriesInARow = 0;

  constructor(webhookId: string, shard: number) {
    this.webhookId = webhookId;
    this.shard = shard;
  }

  get inFlight(): number {
    return this.#startedAtMs.size;
  }

  get queued(): number {
    return this.firstTries.length + this.retries.length;
  }

  /** Nothing waits, nothing is under way, nothing is expected. */
  get isIdle(): boolean {
    const expectsMore = this.moreFirstTries || this.moreRetries || this.wakeAtMs !== Number.POSITIVE_INFINITY;
    return this.heldIds.size === 0 && !expectsMore;
  }

  /** Until a first answer came, one request at a time: hundreds of dead receivers then cost hundreds of slots, not thousands. */
  canStart(nowMs: number): boolean {
    if (this.isClosed || this.settings === null || this.queued === 0 || this.pausedUntilMs > nowMs) return false;
    return this.inFlight < (this.#isProven ? this.settings.maxInFlight : 1);
  }

  /** Not known to be quick: never answered yet, slow on average, timed out last, or silent for 2 s right now. */
  get isSlow(): boolean {
    return !this.#isProven || this.#isStalled || this.#hasTimedOut || this.#averageMs > slowMs;
  }

  /** First tries go before retries, three to one, so that a backlog of failures does not delay what is new. */
  start(nowMs: number): OpenDelivery | null {
    const retryNow = this.firstTries.length === 0 || this.#firstTriesInARow >= firstTriesPerRetry;
    const delivery = (retryNow ? this.retries.shift() : undefined) ?? this.firstTries.shift() ?? null;
    if (!delivery) return null;
    this.#firstTriesInARow = delivery.attempt === 0 ? this.#firstTriesInARow + 1 : 0;
    this.#startedAtMs.set(delivery.id, nowMs);
    this.usedAtMs = nowMs;
    return delivery;
  }

  finish(delivery: OpenDelivery, { durationMs, timedOut }: Timing): void {
    this.#startedAtMs.delete(delivery.id);
    this.#averageMs = this.#isProven ? this.#averageMs * (1 - newestShare) + durationMs * newestShare : durationMs;
    this.#hasTimedOut = timedOut;
    this.#isStalled = false;
    if (!timedOut) this.#isProven = true;
    this.ownFaultsInARow = 0;
  }

  /** Takes an unsent delivery back to the head of its queue. */
  putBack(delivery: OpenDelivery, pausedUntilMs: number): void {
    this.#startedAtMs.delete(delivery.id);
    this.pausedUntilMs = pausedUntilMs;
    this.ownFaultsInARow += 1;
    if (delivery.attempt === 0) this.firstTries.unshift(delivery);
    else this.retries.unshift(delivery);
  }

  /** A receiver that says nothing is noticed before its time is up. */
  noticeStall(nowMs: number): void {
    const [oldest] = this.#startedAtMs.values();
    if (oldest !== undefined && nowMs - oldest > slowMs) this.#isStalled = true;
  }

  /** Empties the queues and answers what was in them. */
  clearQueues(): readonly OpenDelivery[] {
    return [...this.firstTries.splice(0), ...this.retries.splice(0)];
  }
}

import { Lane, type Timing } from "./lane.ts";
import type { OpenDelivery } from "./open-delivery.ts";

export interface LaneLimits {
  /** Requests in flight at most. */
  readonly slots: number;
  /** Of those, how many the slow lanes may hold together. */
  readonly slotsOfSlow: number;
}

export interface Started {
  readonly lane: Lane;
  readonly delivery: OpenDelivery;
}

/**
 * Whose turn is it? Round robin over the lanes that can start something, quick and slow ones in turn. Slow lanes hold at
 * most their share of the slots; should quick lanes turn slow all at once and hold more than that, what is above the share
 * does not count against the quick ones, so that they never wait for a receiver that does not answer.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #lanes = new Map<string, Lane>();
  /** In the order of their turns; a set keeps it and lets a lane leave from anywhere. */
  readonly #quick = new Set<Lane>();
  readonly #slow = new Set<Lane>();
  #inFlightQuick = 0;
  #inFlightSlow = 0;
  #isTurnOfSlow = false;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get inFlight(): number {
    return this.#inFlightQuick + this.#inFlightSlow;
  }

  find(webhookId: string): Lane | null {
    return this.#lanes.get(webhookId) ?? null;
  }

  all(): readonly Lane[] {
    return [...this.#lanes.values()];
  }

  open(webhookId: string, shard: number): Lane {
    const known = this.#lanes.get(webhookId);
    if (known) return known;
    const lane = new Lane(webhookId, shard);
    this.#lanes.set(webhookId, lane);
    return lane;
  }

  /** Forgets the lane and answers what it had queued; requests under way still count until they end. */
  close(lane: Lane): readonly OpenDelivery[] {
    lane.isClosed = true;
    if (this.#lanes.get(lane.webhookId) === lane) this.#lanes.delete(lane.webhookId);
    this.#quick.delete(lane);
    this.#slow.delete(lane);
    return lane.clearQueues();
  }

  /** To be called after anything that lets a lane start, or keeps it from starting. */
  refresh(lane: Lane, nowMs: number): void {
    this.#classify(lane);
    const ring = lane.isGuarded ? this.#slow : this.#quick;
    const other = lane.isGuarded ? this.#quick : this.#slow;
    other.delete(lane);
    if (lane.canStart(nowMs)) ring.add(lane);
    else ring.delete(lane);
  }

  /** Starts the next delivery in turn, or answers null when nothing may start now. */
  startNext(nowMs: number): Started | null {
    const ring = this.#nextRing();
    if (!ring) return null;
    for (const lane of ring) {
      ring.delete(lane);
      // A lane may have been paused or may have come out of its pause since it was put here.
      const delivery = lane.canStart(nowMs) ? lane.start(nowMs) : null;
      if (!delivery) continue;
      this.#count(lane, 1);
      this.refresh(lane, nowMs);
      return { lane, delivery };
    }
    return this.startNext(nowMs);
  }

  finish({ lane, delivery }: Started, timing: Timing, nowMs: number): void {
    this.#count(lane, -1);
    lane.finish(delivery, timing);
    this.refresh(lane, nowMs);
  }

  putBack({ lane, delivery }: Started, pausedUntilMs: number, nowMs: number): void {
    this.#count(lane, -1);
    lane.putBack(delivery, pausedUntilMs);
    this.refresh(lane, nowMs);
  }

  noticeStalls(nowMs: number): void {
    for (const lane of this.#lanes.values()) {
      if (lane.inFlight === 0) continue;
      lane.noticeStall(nowMs);
      this.refresh(lane, nowMs);
    }
  }

  #nextRing(): Set<Lane> | null {
    const { slots, slotsOfSlow } = this.#limits;
    const isQuickFree = this.#inFlightQuick + Math.min(this.#inFlightSlow, slotsOfSlow) < slots;
    const isSlowFree = this.#inFlightSlow < slotsOfSlow && this.inFlight < slots;
    const quick = isQuickFree && this.#quick.size > 0 ? this.#quick : null;
    const slow = isSlowFree && this.#slow.size > 0 ? this.#slow : null;
    this.#isTurnOfSlow = !this.#isTurnOfSlow;
    return this.#isTurnOfSlow ? (slow ?? quick) : (quick ?? slow);
  }

  #count(lane: Lane, change: 1 | -1): void {
    if (lane.isGuarded) this.#inFlightSlow += change;
    else this.#inFlightQuick += change;
  }

  /** A lane takes its requests in flight along when it changes sides. */
  #classify(lane: Lane): void {
    if (lane.isGuarded === lane.isSlow) return;
    const moved = lane.inFlight;
    if (lane.isGuarded) {
      this.#inFlightSlow -= moved;
      this.#inFlightQuick += moved;
    } else {
      this.#inFlightQuick -= moved;
      this.#inFlightSlow += moved;
    }
    lane.isGuarded = lane.isSlow;
  }
}

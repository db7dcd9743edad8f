import type { Database } from "@roundtrip/database/database";
import type { EngineLog } from "./engine-log.ts";
import { fairShare } from "./shard.rules.ts";
import {
  beatHeart,
  claimShards,
  type HeldShard,
  leaveEngines,
  releaseShards,
  renewLeases,
} from "./shard-lease.store.ts";

export interface ShardLeasesOptions {
  readonly db: Database;
  readonly log: EngineLog;
  /** Names this process; one that starts again under its old name takes its shards back at once. */
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly onGained: (shards: readonly number[]) => void;
  /** Start nothing more for these. */
  readonly onLost: (shards: readonly number[]) => void;
  /** Whether nothing of the shard is under way or unrecorded. */
  readonly isIdle: (shard: number) => boolean;
}

/**
 * Which shards are ours, and until when we may believe it. A lease is renewed long before it ends; once it has ended by
 * our own clock we start nothing, whatever the database would say. Its end in the database comes later than that, so two
 * engines never start the same delivery; what was under way is fenced by `attempt`.
 */
export class ShardLeases {
  readonly #options: ShardLeasesOptions;
  readonly #held = new Map<number, HeldShard>();
  /** Over our share: given back as soon as nothing of them is under way. */
  readonly #leaving = new Set<number>();
  #validUntilMs = 0;
  #isFirst = true;

  constructor(options: ShardLeasesOptions) {
    this.#options = options;
  }

  get shards(): readonly number[] {
    return [...this.#held.keys()].filter((shard) => !this.#leaving.has(shard));
  }

  owns(shard: number): boolean {
    return this.#held.has(shard) && !this.#leaving.has(shard);
  }

  isValid(nowMs: number): boolean {
    return nowMs < this.#validUntilMs;
  }

  /** Renews what is ours, takes what is nobody's up to our share, and lets go of what is above it. */
  async renew(): Promise<void> {
    const { db, instanceId, leaseMs } = this.#options;
    const startedMs = performance.now();
    const engines = await beatHeart(db, instanceId, leaseMs);
    const kept = await renewLeases(db, instanceId, { held: [...this.#held.values()], leaseMs });
    this.#forget([...this.#held.keys()].filter((shard) => !kept.has(shard)));
    const share = fairShare(engines);
    const gained = await this.#claim(share - this.#held.size);
    this.#validUntilMs = startedMs + leaseMs;
    if (gained.length > 0) this.#options.onGained(gained);
    this.#leave(this.shards.length - share);
    await this.#release([...this.#leaving].filter((shard) => this.#options.isIdle(shard)));
  }

  /** Lets the others go on at once, instead of after the lease. */
  async releaseAll(): Promise<void> {
    await this.#release([...this.#held.keys()]);
    await leaveEngines(this.#options.db, this.#options.instanceId);
  }

  async #claim(shardsMax: number): Promise<readonly number[]> {
    if (shardsMax <= 0) return [];
    const { db, instanceId, leaseMs } = this.#options;
    const claimed = await claimShards(db, instanceId, { leaseMs, shardsMax, takeBack: this.#isFirst });
    this.#isFirst = false;
    for (const each of claimed) this.#held.set(each.shard, each);
    return claimed.map((each) => each.shard);
  }

  #forget(lost: readonly number[]): void {
    if (lost.length === 0) return;
    this.#options.log.warn({ shards: lost }, "another engine has taken shards over");
    for (const shard of lost) {
      this.#held.delete(shard);
      this.#leaving.delete(shard);
    }
    this.#options.onLost(lost);
  }

  #leave(count: number): void {
    if (count <= 0) return;
    const leaving = this.shards.slice(-count);
    for (const shard of leaving) this.#leaving.add(shard);
    this.#options.onLost(leaving);
  }

  async #release(shards: readonly number[]): Promise<void> {
    const held = shards.flatMap((shard) => this.#held.get(shard) ?? []);
    if (held.length === 0) return;
    await releaseShards(this.#options.db, this.#options.instanceId, held);
    for (const { shard } of held) {
      this.#held.delete(shard);
      this.#leaving.delete(shard);
    }
  }
}

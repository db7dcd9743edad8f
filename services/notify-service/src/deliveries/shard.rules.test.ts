import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { fairShare, shardCount, shardOf } from "./shard.rules.ts";

describe("shards", () => {
  it("spreads webhooks made in one second over all of them", () => {
    const counts = new Map<number, number>();
    for (let made = 0; made < 6_400; made += 1) {
      const shard = shardOf(uuidv7());
      counts.set(shard, (counts.get(shard) ?? 0) + 1);
    }
    expect(counts.size).toBe(shardCount);
    expect(Math.max(...counts.values())).toBeLessThan(200);
  });

  it("gives a webhook the same shard for ever", () => {
    expect(shardOf("0192f0c1-2a30-7c4d-9d0e-6f1a2b3c4d5e")).toBe(0x4d5e % 64);
  });

  it.each([
    [0, 64],
    [1, 64],
    [2, 32],
    [3, 22],
    [64, 1],
    [100, 1],
  ])("lets each of %d engines own %d", (engines, share) => {
    expect(fairShare(engines)).toBe(share);
    expect(fairShare(engines) * Math.max(1, engines)).toBeGreaterThanOrEqual(shardCount);
  });
});

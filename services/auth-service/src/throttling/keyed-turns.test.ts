import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createKeyedTurns } from "./keyed-turns.ts";

const watch = () => {
  const seen = { running: 0, most: 0 };
  const work = async () => {
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    await sleep(2);
    seen.running -= 1;
    return seen.most;
  };
  return { seen, work };
};

describe("turns", () => {
  it("let as many of one key run as are wide, and all of them in the end", async () => {
    const turns = createKeyedTurns({ widthMax: 3, queueMax: 100 });
    const { seen, work } = watch();
    await Promise.all(Array.from({ length: 40 }, () => turns("k", work)));
    expect(seen).toEqual({ running: 0, most: 3 });
  });

  it("do not hold one key up for another", async () => {
    const turns = createKeyedTurns({ widthMax: 1, queueMax: 100 });
    const { seen, work } = watch();
    await Promise.all(["a", "b", "c", "d"].map((key) => turns(key, work)));
    expect(seen.most).toBe(4);
  });

  it("send those away who would wait behind too many", async () => {
    const turns = createKeyedTurns({ widthMax: 1, queueMax: 2 });
    const { work } = watch();
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => turns("k", work)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
    await expect(turns("k", work)).resolves.toBe(1);
  });

  it("go on when work fails", async () => {
    const turns = createKeyedTurns({ widthMax: 1, queueMax: 10 });
    const fail = async () => {
      throw new Error("no");
    };
    await Promise.allSettled([turns("k", fail), turns("k", fail)]);
    expect(await turns("k", async () => "on")).toBe("on");
  });
});

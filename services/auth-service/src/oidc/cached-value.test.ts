import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createCachedValue } from "./cached-value.ts";

/** Loads 1, 2, 3 ...; fails while `isBroken`. */
const createSource = () => {
  const source = {
    loads: 0,
    isBroken: false,
    load: async () => {
      source.loads += 1;
      await sleep(5);
      if (source.isBroken) throw new Error("away");
      return source.loads;
    },
  };
  return source;
};

describe("a cached value", () => {
  it("is loaded once for all who ask while it is fresh", async () => {
    const source = createSource();
    const value = createCachedValue({ freshMs: 60_000, load: source.load });
    expect(await Promise.all([value.get(), value.get()])).toEqual([1, 1]);
    expect(await value.get()).toBe(1);
  });

  it("is loaded again when it is no longer fresh", async () => {
    const source = createSource();
    const value = createCachedValue({ freshMs: 20, load: source.load });
    await value.get();
    await sleep(30);
    expect(await value.get()).toBe(2);
  });

  it("does not keep a failure", async () => {
    const source = createSource();
    const value = createCachedValue({ freshMs: 60_000, load: source.load });
    source.isBroken = true;
    await expect(Promise.all([value.get(), value.get()])).rejects.toThrow("away");
    source.isBroken = false;
    expect(await value.get()).toBe(2);
  });

  it("stays as it was when it cannot be loaded anew", async () => {
    const source = createSource();
    const value = createCachedValue({ freshMs: 0, load: source.load });
    await value.get();
    source.isBroken = true;
    expect(await value.get()).toBe(1);
    expect(source.loads).toBe(2);
  });
});

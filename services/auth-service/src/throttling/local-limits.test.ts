import { describe, expect, it } from "vitest";
import { createLocalLimits } from "./local-limits.ts";

const policy = { name: "p", limit: 3, windowSeconds: 3 };
const at = (ms: number) => new Date(1_800_000_000_000 + ms);

describe("a limit in memory", () => {
  it("lets the limit through at once, then one per step", () => {
    const limits = createLocalLimits();
    const refuse = (ms: number) => !limits.use(policy, "k", at(ms)).used;
    expect([0, 0, 0, 0].map(refuse)).toEqual([false, false, false, true]);
    expect([999, 1_000, 1_001].map(refuse)).toEqual([true, false, true]);
    expect([60_000, 60_000, 60_000, 60_000].map(refuse)).toEqual([false, false, false, true]);
  });

  it("says when the bucket is whole again", () => {
    const limits = createLocalLimits();
    for (let use = 0; use < 3; use += 1) limits.use(policy, "k", at(0));
    expect(limits.use(policy, "k", at(0))).toEqual({ used: false, arrivalAt: at(3_000) });
  });

  it("keeps keys and policies apart", () => {
    const limits = createLocalLimits();
    for (let use = 0; use < 4; use += 1) limits.use(policy, "k", at(0));
    expect(limits.use(policy, "other", at(0)).used).toBe(true);
    expect(limits.use({ ...policy, name: "q" }, "k", at(0)).used).toBe(true);
  });

  it("forgets what a clock that has been set back had noted", () => {
    const limits = createLocalLimits();
    for (let use = 0; use < 3; use += 1) limits.use(policy, "k", at(86_400_000));
    expect(limits.use(policy, "k", at(0)).used).toBe(true);
  });

  it("stays bounded: the oldest of very many keys gets a fresh start", () => {
    const limits = createLocalLimits();
    for (let use = 0; use < 3; use += 1) limits.use(policy, "first", at(0));
    for (let index = 0; index < 20_000; index += 1) limits.use(policy, `k${index}`, at(0));
    expect(limits.use(policy, "first", at(0)).used).toBe(true);
    expect(limits.use(policy, "k19999", at(0)).used).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { createPasswordHasher } from "./password-hash.ts";

describe("password hasher", async () => {
  const hasher = await createPasswordHasher({ concurrencyMax: 1 });

  it("knows a password in either Unicode form, and no other", async () => {
    const phc = await hasher.hash("Caf\u00e9-Riverside-1");
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
    expect(await hasher.verify(phc, "Cafe\u0301-Riverside-1")).toBe(true);
    expect(await hasher.verify(phc, "Cafe-Riverside-1")).toBe(false);
    expect(hasher.isOutdated(phc)).toBe(false);
    expect(hasher.isOutdated("$argon2id$v=19$m=19456,t=2,p=1$abc$def")).toBe(true);
  });

  it("does the work of a verification when there is no hash, and refuses", async () => {
    const started = performance.now();
    expect(await hasher.verify(null, "anything")).toBe(false);
    // A real verification allocates 64 MiB three times over; an early return would be well under a millisecond.
    expect(performance.now() - started).toBeGreaterThan(5);
  });

  it("refuses a megabyte without hashing it", async () => {
    expect(() => hasher.hash("x".repeat(1_000_000))).toThrow("invalid_request");
    expect(await hasher.verify(null, "x".repeat(1_000_000))).toBe(false);
  });

  it("answers busy when 50 wait already, and serves all the others", async () => {
    // What is waited for does not matter here, and fifty real ones take seconds on a busy machine.
    const quick = await createPasswordHasher({ concurrencyMax: 1, cost: { memoryKib: 1_024, passes: 1 } });
    const results = await Promise.allSettled(Array.from({ length: 52 }, () => quick.verify(null, "x")));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(51);
    expect(results.filter((result) => result.status === "rejected")).toHaveLength(1);
  });

  it("takes a hash of another cost for outdated, in both directions", async () => {
    const quick = await createPasswordHasher({ concurrencyMax: 1, cost: { memoryKib: 1_024, passes: 1 } });
    const phc = await quick.hash("a password of some length");
    expect([quick.isOutdated(phc), hasher.isOutdated(phc)]).toEqual([false, true]);
    expect(await hasher.verify(phc, "a password of some length")).toBe(true);
  });
});

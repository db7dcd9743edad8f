import { type Database, openDatabase } from "@roundtrip/database/database";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { masterKey } from "../test/open-auth-service.ts";
import { guardedGuess } from "./guarded-guess.ts";

const { database } = useTestDatabase("auth");
let db: Database;
let nowMs = Date.now();
let tried = 0;
beforeAll(() => {
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 10 });
});
afterAll(() => db.close());
beforeEach(() => {
  tried = 0;
  nowMs = Date.now();
});

const guess = (key: string, isRight = false) =>
  guardedGuess(
    { db, keyring: openKeyring(masterKey), clock: () => new Date(nowMs) },
    {
      key,
      guess: async () => {
        tried += 1;
        return isRight;
      },
    },
  );

describe("a guarded guess", () => {
  it("is tried and answered", async () => {
    expect(await guess("a")).toBe(false);
    expect(await guess("a", true)).toBe(true);
  });

  it("is tried five times out of two hundred at once", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => guess("b")));
    expect(tried).toBe(5);
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(195);
  });

  it("says how long the next one has to wait, and is let in then", async () => {
    for (let index = 0; index < 7; index += 1) {
      await guess("c").catch(() => undefined);
      nowMs += 1_001 * 2 ** Math.max(0, index - 4);
    }
    nowMs -= 3_000;
    await expect(guess("c")).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: expect.any(Number) });
    nowMs += 10_000;
    expect(await guess("c")).toBe(false);
  });

  it("ends the throttle when it is right, and has a budget of its own for each key", async () => {
    for (let index = 0; index < 4; index += 1) await guess("d");
    expect(await guess("d", true)).toBe(true);
    for (let index = 0; index < 5; index += 1) expect(await guess("d")).toBe(false);
    await expect(guess("d", true)).rejects.toMatchObject({ status: 429 });
    expect(await guess("e")).toBe(false);
  });

  it("counts when the check itself fails: an error must not make guesses free", async () => {
    const deps = { db, keyring: openKeyring(masterKey), clock: () => new Date(nowMs) };
    const failing = () =>
      guardedGuess(deps, {
        key: "f",
        guess: async () => {
          throw new Error("the database went away");
        },
      });
    for (let index = 0; index < 5; index += 1) await expect(failing()).rejects.toThrow("went away");
    await expect(failing()).rejects.toThrow("rate_limited");
  });
});

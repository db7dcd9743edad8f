import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { afterAll, describe, expect, it } from "vitest";
import { masterKey, sql, useAuthService } from "../test/open-auth-service.ts";
import { rotateByHand } from "./rotate-by-hand.ts";

const day = 86_400_000;
const bus = createInProcessEventBus();
const { service } = useAuthService({ bus });
afterAll(() => bus.close());

const ask = async (kind: "planned" | "emergency", given: { aheadMs?: number; isBrokerAway?: boolean } = {}) => {
  const lines: string[] = [];
  const away = { ...bus, check: () => Promise.reject(new Error("away")), announce: () => undefined };
  await rotateByHand(
    {
      db: service().db,
      bus: given.isBrokerAway ? away : bus,
      keyring: openKeyring(masterKey),
      clock: () => new Date(Date.now() + (given.aheadMs ?? 0)),
      lifetimes: { respondentMs: 90 * day, staffMs: 30 * day, idleMs: 30 * day },
    },
    { kind, say: (line) => void lines.push(line) },
  );
  return lines;
};
const kidIn = async (state: string) =>
  (await sql<{ kid: string }>(service().db, "SELECT kid FROM signing_keys WHERE state = $1", state))[0]?.kid;

describe("a rotation by hand says in plain lines what it did", () => {
  it("publishes the next key and when it may sign, refuses in between, and changes over", async () => {
    const first = await kidIn("active");
    const lines = await ask("planned");
    const second = await kidIn("next");
    expect(lines).toEqual([
      `Published the new key ${second}.`,
      expect.stringMatching(/^It may sign from \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z on: run this again then/),
      "The running services have been told.",
    ]);
    expect((await ask("planned"))[0]).toMatch(/^Nothing was changed/);
    expect(await kidIn("active")).toBe(first);
    expect(await ask("planned", { aheadMs: day + 60_000 })).toEqual([
      `The key ${first} signs no more. What it has signed stays good until it ends.`,
      `The key ${second} signs from now on.`,
      "The running services have been told.",
    ]);
  });

  it("replaces every key in an emergency", async () => {
    const [retiring, active] = [await kidIn("retiring"), await kidIn("active")];
    const lines = await ask("emergency");
    const fresh = await kidIn("active");
    expect(lines[0]).toBe(`Published the new key ${fresh}.`);
    expect(lines.slice(1, 3).sort()).toEqual(
      [retiring, active].map((kid) => `The key ${kid} is gone. What it has signed is refused.`).sort(),
    );
    expect(lines.slice(3)).toEqual([
      `The key ${fresh} signs from now on.`,
      "Whoever was signed in signs in again; personal access tokens and API keys stay good.",
      "The running services have been told.",
    ]);
  });

  it("replaces them also while the broker is away, and says what that means", async () => {
    const before = await kidIn("active");
    expect((await ask("emergency", { isBrokerAway: true })).at(-1)).toBe(
      "The broker cannot be reached: running services change within a minute, or when they are restarted.",
    );
    expect(await kidIn("active")).not.toBe(before);
  });
});

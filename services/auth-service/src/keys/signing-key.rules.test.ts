import { describe, expect, it } from "vitest";
import {
  decideEarlyRotation,
  decideEmergency,
  decideFirstKey,
  decideReplacement,
  decideRotation,
  type KeyStep,
  type SigningKeyState,
  verifiesUntil,
} from "./signing-key.rules.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = new Date("2026-11-20T12:00:00.000Z");
const ago = (ms: number) => new Date(now.getTime() - ms);
const key = (kid: string, changes: Partial<SigningKeyState>): SigningKeyState => ({
  kid,
  state: "next",
  created_at: ago(200 * day),
  activated_at: null,
  gone_at: null,
  ...changes,
});
const active = (signedForMs: number) => key("active", { state: "active", activated_at: ago(signedForMs) });
const next = (publishedForMs: number) => key("next", { created_at: ago(publishedForMs) });
const retiring = (kid: string, goneAt: Date) => key(kid, { state: "retiring", gone_at: goneAt });
const changeOver: readonly KeyStep[] = [{ do: "retire" }, { do: "activate" }];

describe("by the calendar", () => {
  it.each<[string, readonly SigningKeyState[], readonly KeyStep[]]>([
    ["nothing for a young key", [active(0)], []],
    ["nothing a moment before the 29th day", [active(29 * day - 1)], []],
    ["the next key from the 29th day on", [active(29 * day)], [{ do: "create" }]],
    ["no second next key", [active(29 * day + hour), next(hour)], []],
    ["no change before the 30th day, however long the next key is out", [active(30 * day - 1), next(10 * day)], []],
    ["no change on the 30th day while the next key is out for less than a day", [active(30 * day), next(day - 1)], []],
    ["no change of a key that is overdue either", [active(90 * day), next(day - 1)], []],
    ["the change on the 30th day", [active(30 * day), next(day)], changeOver],
    [
      "the end of what has ended",
      [active(day), retiring("a", now), retiring("b", ago(-1))],
      [{ do: "drop", kid: "a" }],
    ],
    ["the change before the end of others", [active(30 * day), next(day), retiring("a", now)], changeOver],
    ["a key at once where none signs", [], [{ do: "create" }, { do: "activate" }]],
    ["the next key at once where none signs", [next(0)], [{ do: "activate" }]],
  ])("is due: %s", (_name, keys, steps) => {
    expect(decideRotation(keys, now)).toEqual(steps);
  });

  it("never leaves fewer than 24 hours between publishing and signing, over a year of checks a minute", () => {
    let keys: readonly SigningKeyState[] = [key("0", { state: "active", activated_at: now, created_at: now })];
    const activations: number[] = [];
    for (let at = now.getTime(); at < now.getTime() + 365 * day; at += 60_000) {
      const steps = decideRotation(keys, new Date(at));
      if (steps.length === 0) continue;
      if (steps.some((step) => step.do === "activate")) {
        activations.push(at);
        const published = keys.find(({ state }) => state === "next")?.created_at.getTime() ?? at;
        expect(at - published).toBeGreaterThanOrEqual(day);
      }
      keys = steps.reduce((before, step) => take(before, step, new Date(at)), keys);
      expect(keys.filter(({ state }) => state === "active")).toHaveLength(1);
    }
    const signedForMs = activations.map((at, index) => at - (activations[index - 1] ?? now.getTime()));
    expect(signedForMs).toEqual(Array(12).fill(30 * day));
  });
});

/** What the door does with a step, for the states alone. */
const take = (keys: readonly SigningKeyState[], step: KeyStep, time: Date): readonly SigningKeyState[] => {
  if (step.do === "create") return [...keys, key(String(keys.length), { created_at: time })];
  if (step.do === "retire") return keys.filter(({ state }) => state !== "active");
  return keys.map((next) => ({ ...next, state: "active", activated_at: time }));
};

describe("brought forward", () => {
  it.each<[string, readonly SigningKeyState[], readonly KeyStep[]]>([
    ["the next key signs when it has been out for a day", [active(hour), next(day)], changeOver],
    ["nothing when it has not", [active(hour), next(day - 1)], []],
    ["a next key is made when there is none", [active(hour)], [{ do: "create" }]],
    ["a key is made and signs where there is none", [], [{ do: "create" }, { do: "activate" }]],
  ])("%s", (_name, keys, steps) => {
    expect(decideEarlyRotation(keys, now)).toEqual(steps);
  });
});

describe("in an emergency", () => {
  it("the next key goes and another one is published", () => {
    expect(decideReplacement([active(hour), next(day)], now)).toEqual([{ do: "drop", kid: "next" }, { do: "create" }]);
    expect(decideReplacement([active(hour)], now)).toEqual([{ do: "create" }]);
  });

  it("every key but the new one goes, before the new one signs: there is one active key at any time", () => {
    expect(decideEmergency([retiring("a", ago(-day)), active(hour), next(0)], now)).toEqual([
      { do: "drop", kid: "a" },
      { do: "drop", kid: "active" },
      { do: "activate" },
    ]);
  });

  it("makes the new key itself when another command has taken the published one into use", () => {
    expect(decideEmergency([active(0)], now)).toEqual([
      { do: "drop", kid: "active" },
      { do: "create" },
      { do: "activate" },
    ]);
  });
});

describe("a first key", () => {
  it("is made once", () => {
    expect(decideFirstKey([], now)).toHaveLength(2);
    expect(decideFirstKey([active(90 * day)], now)).toEqual([]);
  });
});

describe("a key that retires", () => {
  it("verifies an hour longer than the last token that it can have signed", () => {
    expect(verifiesUntil({ longestLifeMs: 90 * day, lastSignInEnd: null }, now)).toEqual(ago(-90 * day - hour));
  });

  it("verifies sign-ins from before the settings were shortened", () => {
    const lastSignInEnd = ago(-300 * day);
    expect(verifiesUntil({ longestLifeMs: day, lastSignInEnd }, now)).toEqual(ago(-300 * day - hour));
    expect(verifiesUntil({ longestLifeMs: day, lastSignInEnd: ago(day) }, now)).toEqual(ago(-day - hour));
  });
});

import { describe, expect, it } from "vitest";
import { parseFinishedSession, recordFinishedSession } from "./finished-session.ts";

describe("finished session", () => {
  it("comes back from the history entry as it was put there, without an address", () => {
    const calls: [unknown, ...unknown[]][] = [];
    recordFinishedSession({ replaceState: (...call) => void calls.push(call) }, { sessionId: "s1", left: true });
    expect(calls[0]?.slice(1)).toEqual([""]);
    expect(parseFinishedSession(calls[0]?.[0])).toEqual({ sessionId: "s1", left: true });
  });

  it("is not read from entries that mean something else", () => {
    for (const state of [null, undefined, 7, "s1", {}, { finished: null }, { finished: { sessionId: 1 } }]) {
      expect(parseFinishedSession(state)).toBeNull();
    }
    expect(parseFinishedSession({ finished: { sessionId: "s1" } })).toEqual({ sessionId: "s1", left: false });
  });
});

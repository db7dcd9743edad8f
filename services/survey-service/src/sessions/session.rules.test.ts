import { type SessionStatus, sessionStatuses } from "@roundtrip/contracts/survey/session-facts";
import { describe, expect, it } from "vitest";
import { changeStatus, expiryOf, isExpired, isTerminal } from "./session.rules.ts";

const terminal: readonly SessionStatus[] = [
  "completed",
  "screened_out",
  "over_quota",
  "declined",
  "cancelled",
  "expired",
];

/** Every status that may follow, written out: the whole machine. */
const followers: Readonly<Record<SessionStatus, readonly SessionStatus[]>> = {
  created: ["opened", "in_progress", ...terminal],
  opened: ["in_progress", ...terminal],
  in_progress: terminal,
  completed: [],
  screened_out: [],
  over_quota: [],
  declined: [],
  cancelled: [],
  expired: [],
};

describe("changeStatus", () => {
  for (const from of sessionStatuses) {
    for (const to of sessionStatuses) {
      const allowed = followers[from].includes(to);
      it(`${allowed ? "leads" : "does not lead"} from ${from} to ${to}`, () => {
        const refusal = terminal.includes(from) ? "session_closed" : "not_ahead";
        expect(changeStatus({ status: from, sequence: 4 }, to)).toEqual(
          allowed ? { status: to, sequence: 5 } : refusal,
        );
      });
    }
  }

  it("raises the sequence by one at each step of the long way", () => {
    const opened = changeStatus({ status: "created", sequence: 1 }, "opened");
    expect(opened).toEqual({ status: "opened", sequence: 2 });
    expect(changeStatus({ status: "opened", sequence: 2 }, "in_progress")).toEqual({
      status: "in_progress",
      sequence: 3,
    });
    expect(changeStatus({ status: "in_progress", sequence: 3 }, "completed")).toEqual({
      status: "completed",
      sequence: 4,
    });
  });
});

describe("isTerminal", () => {
  it.each(sessionStatuses.map((status) => [status, terminal.includes(status)] as const))(
    "of %s is %s",
    (status, yes) => {
      expect(isTerminal(status)).toBe(yes);
    },
  );
});

describe("expiryOf", () => {
  it.each([
    { what: "the age, when there is no fixed hour", start: "10:00", age: 43_200, fixed: null, is: "01T22:00" },
    { what: "the age, when it comes first", start: "10:00", age: 3_600, fixed: "1d+0h", is: "01T11:00" },
    { what: "the fixed hour, when it comes first", start: "20:00", age: 43_200, fixed: "1d+0h", is: "02T00:00" },
    { what: "a fixed hour of the same day", start: "10:00", age: 86_400, fixed: "0d+12h", is: "01T12:00" },
    { what: "tomorrow's hour, when today's has passed", start: "13:00", age: 172_800, fixed: "0d+12h", is: "02T12:00" },
    { what: "tomorrow's hour, at the very hour", start: "12:00", age: 172_800, fixed: "0d+12h", is: "02T12:00" },
  ])("is $what", ({ start, age, fixed, is }) => {
    const expiry = expiryOf(new Date(`2026-03-01T${start}:00Z`), { max_age_seconds: age, fixed });
    expect(expiry.toISOString()).toBe(`2026-03-${is}:00.000Z`);
  });
});

describe("isExpired", () => {
  const now = new Date("2026-03-01T10:00:00.000Z");

  it.each([
    ["2026-03-01T09:59:59.999Z", true],
    ["2026-03-01T10:00:00.000Z", true],
    ["2026-03-01T10:00:00.001Z", false],
  ])("at expires_at %s is %s", (expiresAt, yes) => {
    expect(isExpired({ expiresAt: new Date(expiresAt) }, now)).toBe(yes);
  });

  it("is never true without an expiry", () => {
    expect(isExpired({ expiresAt: null }, now)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { decideRotation, idleEnd, refuseSignIn, type SignInState } from "./refresh.rules.ts";

const now = new Date("2026-11-20T12:00:00.000Z");
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe("decideRotation", () => {
  const used = { used_at: at(-5), replay_until: at(10), replay_box: "v1.1.x", child_used: false };
  it.each([
    ["an unused token", { used_at: null, replay_until: null, replay_box: null, child_used: false }, "rotate"],
    ["a used one in its grace", used, "replay"],
    ["a used one at the end of its grace", { ...used, replay_until: now }, "reuse"],
    ["a used one whose successor is used", { ...used, child_used: true }, "reuse"],
    ["a used one whose answer is no more", { ...used, replay_box: null }, "reuse"],
    ["a token without a row", null, "reuse"],
  ])("%s", (_name, token, decision) => {
    expect(decideRotation(token, now)).toBe(decision);
  });
});

describe("refuseSignIn", () => {
  const live: SignInState = {
    flavour: "cookie",
    revoked_at: null,
    idle_expires_at: at(60),
    absolute_expires_at: at(120),
  };
  it.each<[string, SignInState, string | null]>([
    ["a live one", live, null],
    ["a revoked one", { ...live, revoked_at: at(-1) }, "revoked"],
    ["an idle one", { ...live, idle_expires_at: now }, "idle"],
    ["an expired one", { ...live, absolute_expires_at: now }, "expired"],
    ["one of the other flavour", { ...live, flavour: "header" }, "wrong_flavour"],
  ])("%s", (_name, signIn, refusal) => {
    expect(refuseSignIn(signIn, "cookie", now)).toBe(refusal);
  });
});

describe("idleEnd", () => {
  it("is never after the absolute end", () => {
    expect(idleEnd(now, 60_000, at(120))).toEqual(at(60));
    expect(idleEnd(now, 600_000, at(120))).toEqual(at(120));
  });
});

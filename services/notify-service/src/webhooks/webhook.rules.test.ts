import { describe, expect, it } from "vitest";
import { findUselessPattern, refuseUrl, wantsEvent } from "./webhook.rules.ts";

const surveyId = "0192f0c1-1f00-7a11-8b22-1c2d3e4f5a6b";
const completed = { type: "session.completed", survey: { slug: "Wellbeing", surveyId } };
const userCreated = { type: "user.created", survey: null };

describe("who wants an event", () => {
  it.each([
    [["session.completed"], true],
    [["session.*"], true],
    [["*"], true],
    [["user.*", "session.completed"], true],
    [["session.started"], false],
    [["user.*"], false],
    [["sess.*"], false],
    [["session.complete"], false],
    [[], false],
  ])("%j for session.completed: %s", (eventTypes, expected) => {
    expect(wantsEvent({ eventTypes, surveys: [] }, completed)).toBe(expected);
  });

  it.each([
    [["wellbeing"], true],
    [["WELLBEING"], true],
    [[surveyId], true],
    [[surveyId.toUpperCase()], true],
    [["other", "wellbeing"], true],
    [["other"], false],
    [["well"], false],
  ])("limited to surveys %j: %s", (surveys, expected) => {
    expect(wantsEvent({ eventTypes: ["*"], surveys }, completed)).toBe(expected);
  });

  it("sends events of no survey only to those who did not limit themselves", () => {
    expect(wantsEvent({ eventTypes: ["*"], surveys: [] }, userCreated)).toBe(true);
    expect(wantsEvent({ eventTypes: ["*"], surveys: ["wellbeing"] }, userCreated)).toBe(false);
  });
});

describe("patterns that fit nothing", () => {
  const types = ["session.completed", "user.created"];
  it.each([
    [["*"], null],
    [["session.*", "user.created"], null],
    [["session.complete"], "session.complete"],
    [["session.*", "sessions.*"], "sessions.*"],
  ])("%j: %s", (patterns, expected) => {
    expect(findUselessPattern(patterns, types)).toBe(expected);
  });
});

describe("the shape of a URL", () => {
  it.each([
    ["https://example.com/hook", "live"],
    ["https://example.com:8443/hook?a=b#c", "live"],
    ["http://example.com/hook", "dev"],
    ["https://xn--mnchen-3ya.example/", "live"],
  ] as const)("takes %s in %s", (url, environment) => {
    expect(refuseUrl(url, environment)).toBeNull();
  });

  it.each([
    ["example.com/hook", "dev", "not_a_url"],
    ["/hook", "dev", "not_a_url"],
    ["http://", "dev", "not_a_url"],
    ["http://example.com:65536/", "dev", "not_a_url"],
    ["http://exa mple.com/", "dev", "not_a_url"],
    ["ftp://example.com/", "dev", "scheme_not_allowed"],
    ["file:///etc/passwd", "dev", "scheme_not_allowed"],
    ["javascript:alert(1)", "dev", "scheme_not_allowed"],
    ["http://example.com/hook", "live", "https_required"],
    ["https://user:pass@example.com/", "dev", "credentials_in_url"],
    ["https://user@example.com/", "dev", "credentials_in_url"],
    ["http://example.com:0/", "dev", "port_not_allowed"],
  ] as const)("refuses %s in %s: %s", (url, environment, refusal) => {
    expect(refuseUrl(url, environment)).toBe(refusal);
  });
});

import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { Problem } from "@roundtrip/http-problem/problem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useAuthService } from "../test/open-auth-service.ts";
import { openSurveyStandIn } from "../test/survey-stand-in.ts";
import { addLimitHeaders } from "./add-limit-headers.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus });
beforeAll(() => openSurveyStandIn(bus));
afterAll(() => bus.close());

const headers = { ratelimit: '"default";r=1;t=1', "ratelimit-policy": '"default";q=2;w=2' };
const thrown = async (error: unknown) => {
  const work = async () => {
    throw error;
  };
  return addLimitHeaders(headers, work).catch((refusal: unknown) => refusal);
};

describe("an answer under a limit", () => {
  it("carries what is left besides its own headers", async () => {
    const answer = await addLimitHeaders(headers, async () => ({ status: 200, headers: { location: "/" } }));
    expect(answer).toEqual({ status: 200, headers: { ...headers, location: "/" } });
  });
});

describe("a refusal under a limit", () => {
  it("is the same with what is left", async () => {
    const cause = new Error("why");
    const detail = [{ loc: ["body", "password"], msg: "is short", type: "password_refused" }];
    const problem = new Problem("password_refused", { detail, errors: { a: 1 }, retryAfterSeconds: 3, cause });
    const refusal = await thrown(problem);
    expect(refusal).toBeInstanceOf(Problem);
    expect(refusal).toMatchObject({
      code: "password_refused",
      detail,
      errors: { a: 1 },
      retryAfterSeconds: 3,
      headers,
    });
    expect(refusal).toHaveProperty("cause", cause);
  });

  it("keeps the headers of a narrower limit", async () => {
    const own = { ratelimit: '"default";r=0;t=9', "ratelimit-policy": '"default";q=9;w=9' };
    expect(await thrown(new Problem("rate_limited", { headers: own }))).toMatchObject({ headers: own });
  });

  it("is no refusal when something is broken", async () => {
    const broken = new DependencyUnavailable("database");
    expect(await thrown(broken)).toBe(broken);
  });
});

describe("401", () => {
  it.each([
    ["/signin", 60, { email: "nobody@clinic.example", password: "whatever it is" }],
    ["/signin/alias", 60, { surveyId: "none", userName: "nobody", password: "whatever it is" }],
    ["/signin/token/an-unknown-token", 300, undefined],
  ])("of %s says what is left", async (url, quota, payload) => {
    const { app } = service();
    const headers = { "content-type": "application/json" };
    const sent = payload ? { headers, payload: JSON.stringify(payload) } : {};
    const answer = await app.inject({ method: "POST", url, remoteAddress: "192.0.2.20", ...sent });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers).toMatchObject({
      ratelimit: expect.stringMatching(/^"default";r=\d+;t=\d+$/),
      "ratelimit-policy": `"default";q=${quota};w=60`,
    });
  });
});

import { authOperations } from "@roundtrip/contracts/auth/auth.operations";
import type { Operation } from "@roundtrip/contracts/operation";
import { problems } from "@roundtrip/contracts/problem";
import { surveyOperations } from "@roundtrip/contracts/survey/survey.operations";
import { describe, expect, it } from "vitest";
import { english } from "../messages.ts";
import { explainFailure, knownCodes } from "./explain-failure.ts";
import type { ProblemFailure } from "./failure.ts";

const problem = (status: number, code: string, more: Partial<ProblemFailure> = {}): ProblemFailure => ({
  kind: "problem",
  status,
  code,
  detail: "internal words",
  members: [],
  claims: [],
  retryAfterSeconds: null,
  requestId: "r-1",
  ...more,
});

const explain = (
  ...[failure, activity]: [Parameters<typeof explainFailure>[0], Parameters<typeof explainFailure>[2]?]
) => explainFailure(failure, english, activity);

/** Besides everything that takes a respondent's access token. */
const publicPaths = [
  "/surveys/:slug",
  "/surveys/:slug/create-user",
  "/signin/token/:token",
  "/signin/alias",
  "/refresh",
  "/signout",
];
const operations: readonly Operation[] = [...surveyOperations, ...authOperations];

describe("knownCodes", () => {
  it("are all that the routes of the app declare", () => {
    const known: readonly string[] = knownCodes;
    const called = operations.filter(({ access, path }) => access.kind === "respondent" || publicPaths.includes(path));
    expect(publicPaths.filter((path) => !called.some((operation) => operation.path === path))).toEqual([]);
    const declared = called.flatMap(({ problems: codes }) => codes);
    expect(declared.filter((code) => !known.includes(code))).toEqual([]);
  });
});

describe("explainFailure", () => {
  it("has a sentence of its own for every code it knows, and never shows the server's words", () => {
    const fallback = explain(problem(418, "some_new_code")).text;
    for (const code of knownCodes) {
      const { text } = explain(problem(problems[code].status, code));
      expect(text, code).not.toContain(fallback);
      expect(text, code).not.toContain("internal words");
      expect(text, code).toMatch(/[.]$/);
    }
  });

  it("still says something useful about codes it has never heard of", () => {
    expect(explain(problem(418, "some_new_code"))).toMatchObject({ canRetry: true, reference: "r-1" });
    expect(explain(problem(500, "some_new_code")).text).toContain("The server has a problem");
    expect(explain(problem(502, "")).canRetry).toBe(true);
    expect(explain(problem(400, "toString")).text).toBe(explain(problem(400, "unheard_of")).text);
  });

  it("tells what a 401 means for what the person was doing", () => {
    const refusal = problem(401, "unauthorized");
    expect(explain(refusal, "signing-in").text).toContain("password is not right");
    expect(explain(refusal, "opening-link").text).toContain("The link is not valid");
    expect(explain(refusal).text).toContain("no longer signed in");
  });

  it("says how long to wait", () => {
    const busy = (seconds: number) => explain(problem(429, "rate_limited", { retryAfterSeconds: seconds })).text;
    expect(busy(1)).toContain("1 second and");
    expect(busy(40)).toContain("40 seconds");
    expect(busy(600)).toContain("10 minutes");
  });

  it("names the claims at fault, for those who made the link", () => {
    const text = explain(problem(400, "claims_invalid", { claims: ["username", "customFields[0].name"] })).text;
    expect(text).toContain("username, customFields[0].name");
  });

  it("offers to try again only where that can help", () => {
    expect(explain({ kind: "network" })).toMatchObject({ canRetry: true, needsReload: false });
    expect(explain(problem(403, "jwt_not_active")).canRetry).toBe(true);
    for (const code of ["jwt_expired", "jwt_invalid_signature", "survey_not_found", "session_closed"]) {
      expect(explain(problem(403, code)).canRetry, code).toBe(false);
    }
    expect(explain({ kind: "other_person" })).toMatchObject({ canRetry: false, needsReload: true });
    expect(explain({ kind: "signed_out" }).needsReload).toBe(true);
    expect(explain({ kind: "app" }).needsReload).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { authProblems } from "./auth/auth.problems.ts";
import { notifyProblems } from "./notify/notify.problems.ts";
import { allOperations } from "./openapi.ts";
import { commonProblems, problems } from "./problem.ts";
import { problemCodes } from "./problem-codes.ts";
import { surveyProblems } from "./survey/survey.problems.ts";

/** Answered where no operation is: unknown paths, methods and broken HTTP. */
const outsideOperations = ["route_not_found", "method_not_allowed", "malformed_http"];

describe("the registry of problems", () => {
  const registries = Object.entries({
    common: commonProblems,
    auth: authProblems,
    survey: surveyProblems,
    notify: notifyProblems,
  });

  it("gives every code to one context", () => {
    const owners = registries.flatMap(([owner, registry]) => Object.keys(registry).map((code) => ({ code, owner })));
    const codes = owners.map(({ code }) => code);
    expect(owners.filter(({ code }, index) => codes.indexOf(code) !== index)).toEqual([]);
    expect(codes.sort()).toEqual(Object.keys(problems).sort());
  });

  it("holds no code that no operation answers with", () => {
    const used = new Set<string>(allOperations.flatMap(problemCodes));
    expect(allOperations.length).toBeGreaterThan(30);
    expect(Object.keys(problems).filter((code) => !used.has(code) && !outsideOperations.includes(code))).toEqual([]);
    expect(outsideOperations.filter((code) => used.has(code))).toEqual([]);
  });

  it("knows every code that an operation names, with an error status and a sentence", () => {
    for (const operation of allOperations) {
      for (const code of problemCodes(operation)) {
        expect(problems[code], `${operation.id} names ${code}`).toMatchObject({
          title: expect.stringMatching(/^[A-Z].{8,}[^.]$/),
        });
        expect(problems[code].status).toBeGreaterThanOrEqual(400);
      }
    }
  });
});

describe("the operations", () => {
  const duplicates = (values: readonly string[]) => values.filter((value, index) => values.indexOf(value) !== index);

  it("have ids and addresses of their own", () => {
    expect(duplicates(allOperations.map((operation) => operation.id))).toEqual([]);
    expect(
      duplicates(allOperations.map((operation) => `${operation.method} ${operation.path.replaceAll(/:\w+/g, ":")}`)),
    ).toEqual([]);
  });

  it("declare a schema for every parameter in their path", () => {
    for (const operation of allOperations) {
      const named = [...operation.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
      const params: { readonly properties?: object } = operation.params ?? {};
      expect(Object.keys(params.properties ?? {}).sort(), operation.id).toEqual(named.sort());
    }
  });
});

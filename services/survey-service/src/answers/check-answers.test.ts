import { afterAll, describe, expect, it } from "vitest";
import { createAnswerChecker } from "./check-answers.ts";

// Under a test run the machine is busy with others, and threads start from TypeScript.
const patient = { waitMsMax: 60_000 };
const checker = createAnswerChecker({ threads: 2, ...patient });
afterAll(() => checker.close());

const plain = { definitionKey: "plain", definition: { elements: [{ type: "text", name: "a" }] }, data: { a: "x" } };

/** Backtracks for hours on 40 letters and an exclamation mark. */
const slow = {
  definitionKey: "slow",
  definition: { elements: [{ type: "text", name: "a", validators: [{ type: "regex", regex: "^(a+)+$" }] }] },
  data: { a: `${"a".repeat(40)}!` },
};

describe("createAnswerChecker", () => {
  it("checks in a thread and leaves this one free", async () => {
    expect(await checker.check(plain)).toEqual({ kind: "valid", data: { a: "x" }, scores: {} });
  });

  it("ends a pattern that never ends after a second, while others go on", async () => {
    await checker.check(plain);
    const startedAt = Date.now();
    const endless = [checker.check(slow), checker.check(slow)];
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    }, 20);
    const others = Promise.all(Array.from({ length: 20 }, () => checker.check(plain)));
    expect(await Promise.all(endless)).toEqual([{ kind: "too_complex" }, { kind: "too_complex" }]);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    expect((await others).map((result) => result.kind)).toEqual(Array(20).fill("valid"));
    clearInterval(counting);
    expect(turns).toBeGreaterThan(20);
  });

  it("does not begin an innocent one's second while it waits in the queue", async () => {
    const one = createAnswerChecker({ threads: 1, ...patient });
    const results = await Promise.all([one.check(slow), one.check(slow), one.check(plain)]);
    expect(results.map((result) => result.kind)).toEqual(["too_complex", "too_complex", "valid"]);
    await one.close();
  });

  it("outlives a definition that eats all memory", async () => {
    const hungry = {
      definitionKey: "hungry",
      definition: {
        elements: Array.from({ length: 200_000 }, (_, index) => ({
          type: "dropdown",
          name: `q${index}`,
          choices: [1, 2, 3],
        })),
      },
      data: {},
    };
    expect(await checker.check(hungry)).toEqual({ kind: "too_complex" });
    expect(await checker.check(plain)).toMatchObject({ kind: "valid" });
  });

  it("makes no request, whatever a definition asks for", async () => {
    const definition = {
      elements: [{ type: "dropdown", name: "a", choicesByUrl: { url: "http://127.0.0.1:9/choices" } }],
    };
    expect(await checker.check({ definitionKey: "fetching", definition, data: {} })).toMatchObject({ kind: "valid" });
  });

  it("says when the survey's own logic throws, and goes on", async () => {
    const definition = { elements: [{ type: "text", name: "constructor" }] };
    expect(await checker.check({ definitionKey: "throwing", definition, data: {} })).toMatchObject({
      kind: "unusable",
    });
    expect(await checker.check(plain)).toMatchObject({ kind: "valid" });
  });

  it("refuses what no thread can take in with `busy`", async () => {
    const one = createAnswerChecker({ threads: 1, ...patient });
    const results = await Promise.allSettled(Array.from({ length: 700 }, () => one.check(plain)));
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((result) => "code" in result.reason && result.reason.code === "busy")).toBe(true);
    expect(results.length - refused.length).toBeGreaterThanOrEqual(500);
    await one.close();
  });
});

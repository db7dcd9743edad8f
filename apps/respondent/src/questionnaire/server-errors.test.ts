import { describe, expect, it } from "vitest";
import { groupByQuestion } from "./server-errors.ts";

const member = (loc: (string | number)[], msg: string) => ({ loc, msg, type: "invalid" });

describe("groupByQuestion", () => {
  it("collects every message at its question, nested places included", () => {
    const { byQuestion, general } = groupByQuestion([
      member(["body", "data", "sleep"], "is required"),
      member(["body", "data", "sleep"], "must be a number"),
      member(["body", "data", "meals", 2, "name"], "is too long!"),
    ]);
    expect(Object.fromEntries(byQuestion)).toEqual({
      sleep: ["Is required.", "Must be a number."],
      meals: ["Is too long!"],
    });
    expect(general).toEqual([]);
  });

  it("keeps what is about no question apart", () => {
    const { byQuestion, general } = groupByQuestion([
      member(["body", "data"], "is not an object"),
      member(["body", "sessionId"], "is not a uuid"),
      member(["query", "tzOffset"], "is not a number"),
      member(["body", "data", 0], "is no question"),
    ]);
    expect(byQuestion.size).toBe(0);
    expect(general).toEqual(["Is not an object.", "Is not a uuid.", "Is not a number.", "Is no question."]);
  });
});

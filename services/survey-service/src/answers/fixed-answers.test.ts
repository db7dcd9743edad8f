import { describe, expect, it } from "vitest";
import { createEvaluator } from "./evaluate-answers.ts";

describe("fixed answers", () => {
  it("keeps what the author has fixed, whatever is sent in its place", () => {
    const definition = {
      elements: [
        { type: "text", name: "arm", readOnly: true, defaultValue: "control" },
        { type: "text", name: "blank", readOnly: true },
        { type: "panel", name: "p", readOnly: true, elements: [{ type: "text", name: "inner", defaultValue: "x" }] },
        { type: "text", name: "hidden", readOnly: true, visible: false, defaultValue: "y" },
        { type: "expression", name: "copy", expression: "{arm}" },
        { type: "text", name: "free" },
      ],
    };
    const kept = { arm: "control", inner: "x", copy: "control", free: "z" };
    const sent = { arm: "active", blank: "b", inner: 5, hidden: "h", copy: "active", free: "z" };
    const evaluator = createEvaluator();
    for (const data of [sent, { free: "z" }, sent]) {
      expect(evaluator({ definitionKey: "fixed", definition, data })).toEqual({
        kind: "valid",
        data: kept,
        scores: {},
      });
    }
  });

  it("takes what a condition, an expression, a trigger or another question lets a person change", () => {
    const definition = {
      elements: [
        { type: "text", name: "a" },
        { type: "text", name: "unlocked", enableIf: "{a} = 'x'", defaultValue: "d" },
        { type: "text", name: "filled", readOnly: true, setValueExpression: "{a}" },
        { type: "text", name: "marked", readOnly: true },
        { type: "text", name: "shown", valueName: "shared", readOnly: true },
        { type: "text", name: "asked", valueName: "shared" },
      ],
      triggers: [{ type: "setvalue", expression: "{a} = 'x'", setToName: "marked", setValue: "m" }],
    };
    const data = { a: "x", unlocked: "u", filled: "x", marked: "m", shared: "s" };
    expect(createEvaluator()({ definitionKey: "open", definition, data })).toMatchObject({ kind: "valid", data });
  });
});

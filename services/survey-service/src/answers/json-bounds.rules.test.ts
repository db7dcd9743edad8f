import { describe, expect, it } from "vitest";
import { depthMax, keyLengthMax, nodesMax, refuseJson } from "./json-bounds.rules.ts";

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { a: value } : [value];
  return value;
};

describe("refuseJson", () => {
  it.each([
    ["nothing", {}, null],
    ["nothing in ordinary answers", { a: 1, b: ["x", { c: null }], d: "ü ☃ 😀" }, null],
    ["nothing at the deepest", nested(depthMax), null],
    ["one level more", nested(depthMax + 1), "too_deep"],
    ["a hundred thousand levels", nested(100_000), "too_deep"],
    ["nothing at the most values", { a: Array(nodesMax - 2).fill(1) }, null],
    ["one value more", { a: Array(nodesMax - 1).fill(1) }, "too_many_values"],
    ["nothing at the longest key", { ["k".repeat(keyLengthMax)]: 1 }, null],
    ["a longer key", { ["k".repeat(keyLengthMax + 1)]: 1 }, "key_too_long"],
    ["a number beyond all bounds", JSON.parse('{"a":[1e400]}'), "number_not_storable"],
    ["a negative one", JSON.parse('{"a":-1e400}'), "number_not_storable"],
    ["nothing in the largest number", { a: Number.MAX_VALUE }, null],
    ["a NUL in a text", { a: ["\0"] }, "text_not_storable"],
    ["a NUL in a key", { a: { "\0": 1 } }, "text_not_storable"],
    ["half a surrogate pair", { a: "x\ud83d" }, "text_not_storable"],
    ["the other half", { a: "\ude00x" }, "text_not_storable"],
  ])("refuses %s", (_what, value, refusal) => {
    expect(refuseJson(value)).toBe(refusal);
  });
});

import { describe, expect, it } from "vitest";
import { type AnswerShape, checkShape, type ValueShape } from "./answer-shape.rules.ts";

const shapeOf = (shape: ValueShape): AnswerShape => ({
  questions: new Map([["q", shape]]),
  computed: new Set(["sum"]),
});

const yesNo: ValueShape = { kind: "one_of", values: ["yes", "no"], freeText: false };
const scale: ValueShape = { kind: "one_of", values: [0, 1, 2, 3], freeText: false };
const some: ValueShape = { kind: "list", item: scale, sizeMax: 2, distinct: true };
const rows: ValueShape = { kind: "object", members: new Map([["r1", scale]]) };
const people: ValueShape = {
  kind: "list",
  item: { kind: "object", members: new Map([["age", { kind: "number" }]]) },
  sizeMax: 2,
  distinct: false,
};

const cases: readonly { shape: ValueShape; good: readonly unknown[]; bad: readonly [unknown, string][] }[] = [
  {
    shape: { kind: "text", lengthMax: 3 },
    good: ["", "abc", "☃☃☃"],
    bad: [
      ["abcd", "too_long"],
      [1, "invalid_type"],
      [["a"], "invalid_type"],
      [{}, "invalid_type"],
    ],
  },
  {
    shape: { kind: "number" },
    good: [0, -1.5, 1e300],
    bad: [
      ["5", "invalid_type"],
      ["abc", "invalid_type"],
      [{}, "invalid_type"],
      [true, "invalid_type"],
    ],
  },
  {
    shape: { kind: "date" },
    good: ["2026-03-01", "2026-03-01T10:00", "2026-03-01T10:00:00.000Z"],
    bad: [
      ["01.03.2026", "invalid_format"],
      ["2026-13-41", "invalid_format"],
      ["2026-03-011", "invalid_format"],
      [20_260_301, "invalid_format"],
    ],
  },
  {
    shape: scale,
    good: [0, 3],
    bad: [
      ["0", "not_allowed"],
      [4, "not_allowed"],
      [[0], "invalid_type"],
      [{}, "invalid_type"],
      [true, "not_allowed"],
      ["toString", "not_allowed"],
    ],
  },
  {
    shape: yesNo,
    good: ["yes"],
    bad: [
      ["Yes", "not_allowed"],
      ["", "not_allowed"],
    ],
  },
  {
    shape: { ...yesNo, freeText: true },
    good: ["yes", "something else"],
    bad: [
      ["x".repeat(10_001), "too_long"],
      [7, "invalid_type"],
      [["yes"], "invalid_type"],
    ],
  },
  {
    shape: some,
    good: [[], [1], [1, 2]],
    bad: [
      [1, "invalid_type"],
      ["1", "invalid_type"],
      [{ length: 1, 0: 1 }, "invalid_type"],
      [[1, 1], "repeated"],
      [[0, 1, 2], "too_many"],
      [[9], "not_allowed"],
    ],
  },
  {
    shape: rows,
    good: [{}, { r1: 2 }, { r1: null }],
    bad: [
      [{ r2: 1 }, "unknown_member"],
      [{ r1: "2" }, "not_allowed"],
      [[], "invalid_type"],
      ["r1", "invalid_type"],
    ],
  },
  {
    shape: people,
    good: [[{ age: 1 }, { age: 1 }], [{}]],
    bad: [
      [[{ age: "1" }], "invalid_type"],
      [[1], "invalid_type"],
      [[{}, {}, {}], "too_many"],
      [[{ toString: 1 }], "unknown_member"],
    ],
  },
  { shape: { kind: "any" }, good: [1, "x", [{}]], bad: [] },
];

describe.each(cases)("the shape $shape.kind", ({ shape, good, bad }) => {
  it.each(good.map((value) => [value]))("takes %j", (value) => {
    expect(checkShape(shapeOf(shape), { q: value })).toEqual([]);
  });

  it.each(bad)("refuses %j as %s", (value, type) => {
    expect(checkShape(shapeOf(shape), { q: value }).map((item) => [item.path[0], item.type])).toEqual([["q", type]]);
  });
});

describe("checkShape", () => {
  it.each(["x", "constructor", "__proto__", "toString", "q-Comment"])(
    "refuses the key %s, which no question has",
    (key) => {
      const data: unknown = JSON.parse(`{ "q": "yes", ${JSON.stringify(key)}: 1 }`);
      expect(checkShape(shapeOf(yesNo), { ...Object.fromEntries(Object.entries(data ?? {})) })).toEqual([
        { path: [key], msg: "the survey has no such question", type: "unknown_question" },
      ]);
    },
  );

  it("takes null as no answer and computed values as noise", () => {
    expect(checkShape(shapeOf(yesNo), { q: null, sum: { what: "ever" } })).toEqual([]);
  });

  it("says where inside an answer the fault is", () => {
    expect(checkShape(shapeOf(people), { q: [{ age: 1 }, { age: "x" }] })[0]?.path).toEqual(["q", 1, "age"]);
  });

  it("names every fault at once", () => {
    expect(checkShape(shapeOf(some), { q: [8, 9], more: 1 })).toHaveLength(3);
  });
});

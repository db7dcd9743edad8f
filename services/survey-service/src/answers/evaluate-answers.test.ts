import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEvaluator, type EvaluatedAnswers } from "./evaluate-answers.ts";

type Data = Readonly<Record<string, unknown>>;

const frequency = [0, 1, 2, 3].map((value) => ({ value, text: `${value} of 3` }));
const items = [1, 2, 3, 4, 5, 6, 7].map((item) => `gad${item}`);

/** Seven items from 0 to 3, their sum, a question that only a high sum shows, and one that only its answer shows. */
const anxiety: Data = {
  pages: [
    { elements: items.map((name) => ({ type: "radiogroup", name, isRequired: true, choices: frequency })) },
    {
      elements: [
        {
          type: "radiogroup",
          name: "difficulty",
          choices: ["none", "some", "very"],
          visibleIf: "{score} >= 5",
          isRequired: true,
        },
        { type: "comment", name: "difficult_what", visibleIf: "{difficulty} = 'very'", maxLength: 20 },
        { type: "text", name: "age", inputType: "number", min: 18, max: 120 },
        { type: "checkbox", name: "places", choices: ["home", "work"], showOtherItem: true },
      ],
    },
  ],
  calculatedValues: [{ name: "score", expression: `${items.map((name) => `{${name}}`).join("+")}` }],
};

const low = Object.fromEntries(items.map((name) => [name, 0]));
const high = Object.fromEntries(items.map((name) => [name, 2]));

let definitions = 0;
const evaluateFresh = (definition: Data, data: Data): EvaluatedAnswers => {
  definitions += 1;
  return createEvaluator()({ definitionKey: String(definitions), definition, data });
};

const dataOf = (result: EvaluatedAnswers): Data => {
  if (result.kind === "invalid") throw new Error(`refused: ${JSON.stringify(result.faults)}`);
  return result.data;
};

const faultsOf = (result: EvaluatedAnswers): readonly (readonly unknown[])[] =>
  result.kind === "valid" ? [] : result.faults.map((fault) => [fault.path.join("."), fault.type]);

describe("an anxiety scale", () => {
  it.each([
    { what: "the least", data: low, kept: low, score: 0 },
    {
      what: "the sum and the follow-up",
      data: { ...high, difficulty: "some" },
      kept: { ...high, difficulty: "some" },
      score: 14,
    },
    {
      what: "everything shown",
      data: {
        ...high,
        difficulty: "very",
        difficult_what: "sleep",
        age: 40,
        places: ["home", "other"],
        "places-Comment": "bus",
      },
      kept: {
        ...high,
        difficulty: "very",
        difficult_what: "sleep",
        age: 40,
        places: ["home", "other"],
        "places-Comment": "bus",
      },
      score: 14,
    },
    { what: "without what is hidden", data: { ...low, difficulty: "very", difficult_what: "x" }, kept: low, score: 0 },
    {
      what: "without what a hidden answer shows",
      data: { ...high, difficulty: "some", difficult_what: "x" },
      kept: { ...high, difficulty: "some" },
      score: 14,
    },
    { what: "null as no answer", data: { ...low, age: null }, kept: low, score: 0 },
  ])("keeps $what", ({ data, kept, score }) => {
    expect(evaluateFresh(anxiety, data)).toEqual({ kind: "valid", data: kept, scores: { score } });
  });

  it.each([
    { what: "a missing answer", data: { ...low, gad3: undefined }, faults: [["gad3", "missing"]] },
    { what: "null for a required one", data: { ...low, gad3: null }, faults: [["gad3", "missing"]] },
    { what: "nothing at all", data: {}, faults: items.map((name) => [name, "missing"]) },
    { what: "a follow-up that is shown and missing", data: high, faults: [["difficulty", "missing"]] },
    { what: "a choice that is none", data: { ...low, gad1: 4 }, faults: [["gad1", "not_allowed"]] },
    { what: "the right choice as text", data: { ...low, gad1: "1" }, faults: [["gad1", "not_allowed"]] },
    { what: "a list for one choice", data: { ...low, gad1: [1] }, faults: [["gad1", "invalid_type"]] },
    { what: "one choice for a list", data: { ...low, places: "home" }, faults: [["places", "invalid_type"]] },
    {
      what: "a list with a stranger",
      data: { ...low, places: ["home", "sea"] },
      faults: [["places.1", "not_allowed"]],
    },
    { what: "a number as text", data: { ...low, age: "40" }, faults: [["age", "invalid_type"]] },
    { what: "an object for a number", data: { ...low, age: {} }, faults: [["age", "invalid_type"]] },
    { what: "a number that is too small", data: { ...low, age: 17 }, faults: [["age", "invalid_answer"]] },
    { what: "a number that is too large", data: { ...low, age: 121 }, faults: [["age", "invalid_answer"]] },
    {
      what: "a text that is too long",
      data: { ...high, difficulty: "very", difficult_what: "x".repeat(21) },
      faults: [["difficult_what", "too_long"]],
    },
    { what: "an unknown key", data: { ...low, role: "admin" }, faults: [["role", "unknown_question"]] },
    {
      what: "a computed value that is not among the answers",
      data: { ...low, score: 21 },
      faults: [["score", "unknown_question"]],
    },
    { what: "other without saying what", data: { ...low, places: ["other"] }, faults: [["places", "missing"]] },
  ])("refuses $what", ({ data, faults }) => {
    expect(faultsOf(evaluateFresh(anxiety, JSON.parse(JSON.stringify(data))))).toEqual(faults);
  });

  it("says in words what is wrong", () => {
    const result = evaluateFresh(anxiety, { ...low, age: 17 });
    expect(result.kind === "invalid" && result.faults[0]?.msg).toMatch(/18/);
  });
});

describe("each type of question", () => {
  const cases: readonly { element: Data; good: unknown; bad: unknown; type: string }[] = [
    { element: { type: "dropdown", choices: ["a", "b"] }, good: "a", bad: "c", type: "not_allowed" },
    {
      element: { type: "dropdown", choices: ["a"], showOtherItem: true, storeOthersAsComment: false },
      good: "mine",
      bad: 7,
      type: "invalid_type",
    },
    {
      element: { type: "radiogroup", choices: ["a"], showNoneItem: true },
      good: "none",
      bad: "other",
      type: "not_allowed",
    },
    {
      element: { type: "tagbox", choices: [1, 2, 3], maxSelectedChoices: 2 },
      good: [1, 2],
      bad: [1, 2, 3],
      type: "too_many",
    },
    { element: { type: "checkbox", choices: [1, 2] }, good: [2], bad: [2, 2], type: "repeated" },
    { element: { type: "ranking", choices: ["a", "b"] }, good: ["b", "a"], bad: ["b", "c"], type: "not_allowed" },
    { element: { type: "imagepicker", choices: ["a", "b"] }, good: "a", bad: ["a"], type: "invalid_type" },
    {
      element: { type: "imagepicker", multiSelect: true, choices: ["a", "b"] },
      good: ["a"],
      bad: "a",
      type: "invalid_type",
    },
    { element: { type: "rating" }, good: 5, bad: 6, type: "not_allowed" },
    { element: { type: "rating", rateMin: 0, rateMax: 10 }, good: 0, bad: 11, type: "not_allowed" },
    { element: { type: "rating", rateValues: ["low", "high"] }, good: "low", bad: 1, type: "not_allowed" },
    { element: { type: "boolean" }, good: false, bad: "true", type: "not_allowed" },
    { element: { type: "boolean", valueTrue: "yes", valueFalse: "no" }, good: "yes", bad: true, type: "not_allowed" },
    { element: { type: "slider", min: 0, max: 10 }, good: 5, bad: "5", type: "invalid_type" },
    { element: { type: "text", maxLength: 3 }, good: "abc", bad: "abcd", type: "too_long" },
    { element: { type: "text", inputType: "email" }, good: "a@b.example", bad: "nobody", type: "invalid_answer" },
    { element: { type: "text", inputType: "date" }, good: "2026-03-01", bad: "soon", type: "invalid_format" },
    {
      element: { type: "text", validators: [{ type: "regex", regex: "^[a-z]+$" }] },
      good: "abc",
      bad: "123",
      type: "invalid_answer",
    },
    { element: { type: "comment" }, good: "long\ntext", bad: { text: 1 }, type: "invalid_type" },
    {
      element: { type: "multipletext", items: [{ name: "first" }] },
      good: { first: "x" },
      bad: { last: "x" },
      type: "unknown_member",
    },
    { element: { type: "matrix", rows: ["r"], columns: [1, 2] }, good: { r: 2 }, bad: { r: 3 }, type: "not_allowed" },
    {
      element: { type: "matrix", rows: ["r"], columns: [1], isAllRowRequired: true },
      good: { r: 1 },
      bad: {},
      type: "missing",
    },
    {
      element: { type: "matrixdropdown", rows: ["r"], columns: [{ name: "c", cellType: "dropdown", choices: [1] }] },
      good: { r: { c: 1 } },
      bad: { r: { d: 1 } },
      type: "unknown_member",
    },
    {
      element: { type: "matrixdynamic", maxRowCount: 2, columns: [{ name: "c", cellType: "text" }] },
      good: [{ c: "x" }],
      bad: [{}, {}, {}],
      type: "too_many",
    },
    {
      element: { type: "paneldynamic", templateElements: [{ type: "text", name: "n", isRequired: true }] },
      good: [{ n: "x" }],
      bad: [{ n: "x" }, {}],
      type: "missing",
    },
    { element: { type: "signaturepad" }, good: "data:image/png;base64,AA==", bad: 1, type: "invalid_type" },
    {
      element: { type: "file" },
      good: [{ name: "a", type: "text/plain", content: "x" }],
      bad: [{ path: "/etc" }],
      type: "unknown_member",
    },
  ];

  it.each(cases)("$element.type takes $good and refuses $bad", ({ element, good, bad, type }) => {
    const definition = { elements: [{ ...element, name: "q", isRequired: true }] };
    expect(dataOf(evaluateFresh(definition, { q: good }))).toEqual({ q: good });
    const faults = faultsOf(evaluateFresh(definition, { q: bad }));
    expect(faults.map(([path, word]) => [String(path).split(".")[0], word])).toContainEqual(["q", type]);
  });

  it.each([{ type: "html", html: "<p>x</p>" }, { type: "image" }])("$type holds no answer", (element) => {
    expect(faultsOf(evaluateFresh({ elements: [{ ...element, name: "q" }] }, { q: 1 }))).toEqual([
      ["q", "unknown_question"],
    ]);
  });
});

describe("the survey's own logic", () => {
  it("stores answers under the value name, and shared ones once", () => {
    const definition = {
      elements: [
        { type: "text", name: "a", valueName: "v" },
        { type: "text", name: "b", valueName: "v", visible: false },
      ],
    };
    expect(dataOf(evaluateFresh(definition, { v: "x" }))).toEqual({ v: "x" });
    expect(faultsOf(evaluateFresh(definition, { a: "x" }))).toEqual([["a", "unknown_question"]]);
  });

  it("keeps hidden answers when the author says so", () => {
    const definition = { clearInvisibleValues: "none", elements: [{ type: "text", name: "a", visible: false }] };
    expect(dataOf(evaluateFresh(definition, { a: "x" }))).toEqual({ a: "x" });
  });

  it("does not ask for what is hidden, nor for what a hidden page holds", () => {
    const definition = {
      pages: [
        { visibleIf: "{b} = 1", elements: [{ type: "text", name: "a", isRequired: true }] },
        { elements: [{ type: "text", name: "b" }] },
      ],
    };
    expect(dataOf(evaluateFresh(definition, {}))).toEqual({});
  });

  it("says when a required group is empty", () => {
    const definition = {
      elements: [{ type: "panel", name: "p", isRequired: true, elements: [{ type: "text", name: "a" }] }],
    };
    expect(faultsOf(evaluateFresh(definition, {}))).toEqual([["", "missing"]]);
  });

  it("computes by itself what the client says it has computed", () => {
    const definition = {
      elements: [
        { type: "text", name: "a", inputType: "number" },
        { type: "expression", name: "double", expression: "{a} * 2" },
      ],
      calculatedValues: [
        { name: "half", expression: "{a} / 2", includeIntoResult: true },
        { name: "nothing", expression: "{b}" },
      ],
    };
    expect(evaluateFresh(definition, { a: 4, double: 99, half: 99 })).toEqual({
      kind: "valid",
      data: { a: 4, double: 8, half: 2 },
      scores: { half: 2 },
    });
  });

  it("adds no default that the respondent has taken away", () => {
    const definition = {
      elements: [
        { type: "text", name: "a", defaultValue: "x" },
        { type: "text", name: "b", defaultValueExpression: "1 + 1" },
      ],
    };
    expect(dataOf(evaluateFresh(definition, {}))).toEqual({});
  });

  it("refuses a choice that its condition hides", () => {
    const definition = {
      elements: [
        { type: "radiogroup", name: "a", choices: [{ value: 1, visibleIf: "{b} = 'x'" }, 2] },
        { type: "text", name: "b" },
      ],
    };
    expect(faultsOf(evaluateFresh(definition, { a: 1 }))).toEqual([["a", "not_allowed"]]);
    expect(dataOf(evaluateFresh(definition, { a: 1, b: "x" }))).toEqual({ a: 1, b: "x" });
  });

  it("takes choices carried over from what was chosen before, and no others", () => {
    const definition = {
      elements: [
        { type: "checkbox", name: "a", choices: [1, 2, 3] },
        { type: "radiogroup", name: "best", choicesFromQuestion: "a", choicesFromQuestionMode: "selected" },
      ],
    };
    expect(dataOf(evaluateFresh(definition, { a: [1, 2], best: 2 }))).toEqual({ a: [1, 2], best: 2 });
    expect(faultsOf(evaluateFresh(definition, { a: [1, 2], best: 3 }))).toEqual([["best", "not_allowed"]]);
  });

  it("takes back what a trigger put among the answers", () => {
    const definition = {
      elements: [{ type: "text", name: "a" }],
      triggers: [{ type: "setvalue", expression: "{a} = 'x'", setToName: "mark", setValue: 1 }],
    };
    expect(dataOf(evaluateFresh(definition, { a: "x", mark: 1 }))).toEqual({ a: "x", mark: 1 });
  });
});

describe("a kept model", () => {
  const choice = (values: readonly unknown[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const answers = fc
    .record({
      ...Object.fromEntries(items.map((name) => [name, choice([0, 3, 3, 9])])),
      difficulty: choice(["none", "very", "very", "else"]),
      difficult_what: choice(["sleep", "x".repeat(30)]),
      age: choice([17, 40, "40"]),
      places: choice([["home"], ["home", "other"], []]),
      "places-Comment": choice(["bus"]),
    })
    .map((record): Data => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)));

  it("says of every respondent what a fresh one says, whoever came before", () => {
    const kept = createEvaluator();
    fc.assert(
      fc.property(answers, (data) => {
        expect(kept({ definitionKey: "kept", definition: anxiety, data })).toEqual(evaluateFresh(anxiety, data));
      }),
      { numRuns: 150 },
    );
  });

  it("forgets rows, panels and comments of the one before", () => {
    const definition = {
      elements: [
        { type: "paneldynamic", name: "p", templateElements: [{ type: "text", name: "n" }] },
        { type: "matrixdynamic", name: "m", rowCount: 0, columns: [{ name: "c", cellType: "text" }] },
        { type: "checkbox", name: "c", choices: [1], showOtherItem: true },
      ],
    };
    const kept = createEvaluator();
    const full = { p: [{ n: "a" }, { n: "b" }], m: [{ c: "x" }, { c: "y" }], c: [1, "other"], "c-Comment": "z" };
    expect(dataOf(kept({ definitionKey: "kept", definition, data: full }))).toEqual(full);
    expect(dataOf(kept({ definitionKey: "kept", definition, data: {} }))).toEqual({});
    expect(dataOf(kept({ definitionKey: "kept", definition, data: { p: [{ n: "c" }] } }))).toEqual({ p: [{ n: "c" }] });
  });

  it("keeps the newest 32 definitions and builds the others again", () => {
    const kept = createEvaluator();
    for (let round = 0; round < 2; round += 1) {
      for (let survey = 0; survey < 40; survey += 1) {
        const definition = { elements: [{ type: "text", name: `q${survey}` }] };
        const data = { [`q${survey}`]: "x" };
        expect(dataOf(kept({ definitionKey: `s${survey}`, definition, data }))).toEqual(data);
      }
    }
  });
});

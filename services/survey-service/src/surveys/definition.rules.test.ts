import { describe, expect, it } from "vitest";
import { checkDefinition, definitionLimits } from "./definition.rules.ts";

const places = (definition: Record<string, unknown>): readonly string[] =>
  checkDefinition(definition).map((fault) => fault.loc.slice(2).join("."));
const withElements = (...elements: unknown[]) => ({ pages: [{ name: "p", elements }] });
const text = (name: string) => ({ type: "text", name });

describe("the definition gate", () => {
  it.each([
    ["questions at the root", { elements: [text("a")] }],
    [
      "a questionnaire as people write them",
      {
        title: { default: "Wellbeing", de: "Wohlbefinden" },
        completedHtml: { default: "<h3>Thank <b>you</b></h3>", de: "<p>Danke</p>" },
        calculatedValues: [{ name: "sum", expression: "{a} + {b}" }],
        pages: [
          { name: "one", elements: [{ ...text("a"), validators: [{ type: "regex", regex: "^[0-9]{4}$" }] }] },
          {
            name: "two",
            elements: [
              {
                type: "panel",
                name: "group",
                elements: [{ type: "radiogroup", name: "b", choices: ["x", { value: 1, text: "y" }] }],
              },
              { type: "paneldynamic", name: "people", templateElements: [text("a")] },
              { type: "paneldynamic", name: "houses", templateElements: [text("a")] },
              { type: "matrixdynamic", name: "m", columns: [{ name: "c", cellType: "dropdown", choices: [1] }] },
              {
                type: "html",
                name: "note",
                html: "<p>One <a href='https://clinic.example'>link</a>; on line = two</p>",
              },
            ],
          },
        ],
      },
    ],
  ])("lets %s pass", (_name, definition) => {
    expect(checkDefinition(definition)).toEqual([]);
  });

  it.each([
    ["pages that are no list", { pages: {} }, ["pages"]],
    ["a page that is no object", { pages: [5] }, ["pages.0"]],
    ["elements that are no list", { pages: [{ elements: "x" }] }, ["pages.0.elements"]],
    ["an element that is no object", withElements(null), ["pages.0.elements.0"]],
    ["a type that is not allowed", withElements({ type: "file", name: "a" }), ["pages.0.elements.0.type"]],
    ["no type", withElements({ name: "a" }), ["pages.0.elements.0.type"]],
    ["no name", withElements({ type: "text" }), ["pages.0.elements.0.name"]],
    ["a name that would reach the prototype", withElements(text("__proto__")), ["pages.0.elements.0.name"]],
    ["a name that every object has", withElements(text("constructor")), ["pages.0.elements.0.name"]],
    ["a name twice", { pages: [{ elements: [text("a")] }, { elements: [text("a")] }] }, ["pages.1.elements.0.name"]],
    [
      "a name twice, once inside a panel",
      withElements(text("a"), { type: "panel", name: "p", elements: [text("a")] }),
      ["pages.0.elements.1.elements.0.name"],
    ],
    [
      "a name twice inside one dynamic panel",
      withElements({ type: "paneldynamic", name: "p", templateElements: [text("a"), text("a")] }),
      ["pages.0.elements.0.templateElements.1.name"],
    ],
    [
      "choices from elsewhere",
      withElements({ type: "dropdown", name: "a", choicesByUrl: { url: "http://169.254.169.254/" } }),
      ["pages.0.elements.0.choicesByUrl"],
    ],
    [
      "choices from elsewhere in a column",
      withElements({ type: "matrixdynamic", name: "a", columns: [{ name: "c", choicesByUrl: {} }] }),
      ["pages.0.elements.0.columns.0.choicesByUrl"],
    ],
    ["a way out of its own", { navigateToUrl: "javascript:alert(1)" }, ["navigateToUrl"]],
    [
      "ways out by condition",
      { navigateToUrlOnCondition: [{ expression: "1=1", url: "x" }] },
      ["navigateToUrlOnCondition"],
    ],
    [
      "a script in HTML",
      withElements({ type: "html", name: "a", html: "<p>x</p><SCRIPT src=x>" }),
      ["pages.0.elements.0.html"],
    ],
    ["an event handler in HTML", { completedHtml: "<img src=x onerror=alert(1)>" }, ["completedHtml"]],
    ["an event handler after a slash", { completedHtml: "<img/onerror=alert(1) src=x>" }, ["completedHtml"]],
    ["a frame in one language", { completedHtml: { default: "<p>", de: "<iframe src=x>" } }, ["completedHtml.de"]],
    [
      "a script address",
      { completedHtmlOnCondition: [{ html: "<a href='JavaScript:x'>" }] },
      ["completedHtmlOnCondition.0.html"],
    ],
    [
      "a column of a type that is not allowed",
      withElements({ type: "matrixdropdown", name: "a", columns: [{ cellType: "file" }] }),
      ["pages.0.elements.0.columns.0.cellType"],
    ],
    ["validators that are no list", withElements({ ...text("a"), validators: {} }), ["pages.0.elements.0.validators"]],
    [
      "a regular expression that is none",
      withElements({ ...text("a"), validators: [{ type: "regex", regex: "(" }] }),
      ["pages.0.elements.0.validators.0.regex"],
    ],
    [
      "an endless regular expression",
      withElements({ ...text("a"), validators: [{ type: "regex", regex: "a".repeat(201) }] }),
      ["pages.0.elements.0.validators.0.regex"],
    ],
    ["nothing at all", {}, [""]],
    ["a misspelt list of elements", { element: [text("a")] }, [""]],
    ["pages without elements", { pages: [{ name: "p" }, {}] }, [""]],
    [
      "what only shows, groups and computes",
      withElements(
        { type: "html", name: "a", html: "x" },
        { type: "panel", name: "b", elements: [{ type: "image", name: "c" }] },
        { type: "paneldynamic", name: "d", templateElements: [] },
        { type: "expression", name: "e", expression: "1" },
      ),
      [""],
    ],
    ["a survey in a wrapper", { definition: { elements: [text("a")] } }, ["definition"]],
    ["a survey in a wrapper of another name", { json: { elements: [text("a")] } }, [""]],
    ["a NUL in a name", { elements: [{ ...text("a"), "x\0": 1 }] }, ["elements.0.x\0"]],
    ["half a character in a name", { title: { "\udc00": "x" } }, ["title.\udc00"]],
    ["a number beyond all bounds", JSON.parse('{"a":[1e400]}'), ["a.0"]],
    ["a NUL", { title: "a\0" }, ["title"]],
    ["half a character", { title: "\ud800" }, ["title"]],
  ])("refuses %s", (_name, definition, wrong) => {
    expect(places(definition)).toEqual(wrong);
  });

  it("counts elements and choices, and looks at the depth and the size", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => text(`q${index}`));
    expect(places({ elements: many(definitionLimits.elements) })).toEqual([]);
    expect(places({ elements: many(definitionLimits.elements + 1) })).toEqual([""]);
    const choices = Array.from({ length: definitionLimits.choices + 1 }, (_, index) => index);
    expect(places(withElements({ type: "dropdown", name: "a", choices }))).toEqual(["pages.0.elements.0.choices"]);
    expect(checkDefinition({ title: "é".repeat(definitionLimits.bytes / 2) })).toMatchObject([{ type: "too_long" }]);
  });

  it("counts objects and lists as levels, and names what lies too deep", () => {
    const nested = (levels: number, list: boolean) =>
      JSON.parse(`${(list ? "[" : '{"d":').repeat(levels)}1${(list ? "]" : "}").repeat(levels)}`);
    const { depth } = definitionLimits;
    const at = (levels: number, list: boolean) => places({ elements: [text("a")], x: nested(levels, list) });
    expect([at(depth, false), at(depth, true)]).toEqual([[], []]);
    expect(at(depth + 1, false)).toEqual([["x", ...Array(depth).fill("d")].join(".")]);
    expect(at(depth + 1, true)).toEqual([["x", ...Array(depth).fill(0)].join(".")]);
    for (const levels of [1_000, 100_000]) {
      expect([at(levels, false).length, at(levels, true).length]).toEqual([1, 1]);
    }
  });

  it("finds the question in a panel of a panel, and in a panel that repeats", () => {
    const inner = { type: "paneldynamic", name: "b", templateElements: [text("c")] };
    expect(places(withElements({ type: "panel", name: "a", elements: [inner] }))).toEqual([]);
  });

  it("names 50 faults at most", () => {
    expect(places(withElements(...Array.from({ length: 80 }, () => ({}))))).toHaveLength(50);
  });
});

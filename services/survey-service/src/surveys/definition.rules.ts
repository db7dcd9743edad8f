import type { InvalidMember } from "@roundtrip/contracts/problem";
import { findTooDeep, holdsQuestion } from "./definition-content.rules.ts";

/**
 * The gate that a SurveyJS definition passes before it is published. survey-core is a renderer, not a gate: it fetches
 * `choicesByUrl`, follows `navigateToUrl` to any scheme and renders HTML as it is. What is refused here never reaches a
 * browser or the answers worker.
 */
/** `depth` counts objects and lists alike: a panel in a panel is two levels further down. */
export const definitionLimits = { bytes: 524_288, elements: 500, choices: 1_000, depth: 40, regexLength: 200 } as const;

const elementTypes: ReadonlySet<string> = new Set([
  "boolean",
  "checkbox",
  "comment",
  "dropdown",
  "expression",
  "html",
  "image",
  "imagepicker",
  "matrix",
  "matrixdropdown",
  "matrixdynamic",
  "multipletext",
  "panel",
  "paneldynamic",
  "radiogroup",
  "ranking",
  "rating",
  "tagbox",
  "text",
]);

const forbiddenMembers: ReadonlySet<string> = new Set(["choicesByUrl", "navigateToUrl", "navigateToUrlOnCondition"]);
const elementLists: ReadonlySet<string> = new Set(["elements", "questions", "templateElements"]);
const activeHtml =
  /<\s*\/?\s*(script|iframe|object|embed|link|meta|base|form|style|svg|math)\b|[\s"'/]on[a-z]+\s*=|javascript:|data:text\/html/i;
const unstorable = /\0|\p{Surrogate}/u;

type Path = readonly (string | number)[];
type Json = Readonly<Record<string, unknown>>;

/** One walk over the definition; `names` is the scope that element names must be unique in. */
interface Walk {
  readonly faults: InvalidMember[];
  elements: number;
}

/** Every fault with the JSON path it lies at, 50 at most. An empty list: the definition may be published. */
export const checkDefinition = (definition: Json, root: Path = ["body", "definition"]): readonly InvalidMember[] => {
  const deep = findTooDeep(definition, definitionLimits.depth);
  // Before anything that recurses, JSON.stringify included: thousands of levels would end in an overflow.
  if (deep) {
    return [{ loc: [...root, ...deep], msg: `lies deeper than ${definitionLimits.depth} levels`, type: "not_allowed" }];
  }
  const bytes = new TextEncoder().encode(JSON.stringify(definition)).length;
  if (bytes > definitionLimits.bytes) {
    return [{ loc: [...root], msg: `is ${bytes} bytes of JSON; ${definitionLimits.bytes} at most`, type: "too_long" }];
  }
  const walk: Walk = { faults: [], elements: 0 };
  checkPages(walk, definition["pages"], root);
  checkMembers(walk, definition, root);
  walkObject(walk, definition, { path: root, names: new Set() });
  if (walk.elements > definitionLimits.elements) {
    refuse(walk, root, `has ${walk.elements} elements; ${definitionLimits.elements} at most`);
  }
  // Said only where nothing else is wrong: a fault elsewhere is mostly the reason.
  if (walk.faults.length === 0 && !holdsQuestion(definition)) {
    refuse(walk, root, "asks nothing: a survey has at least one question, in its elements or in those of its pages");
  }
  return walk.faults.slice(0, 50);
};

interface Place {
  readonly path: Path;
  readonly names: Set<string>;
}

const refuse = (walk: Walk, path: Path, msg: string): void => {
  walk.faults.push({ loc: [...path], msg, type: "not_allowed" });
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `{"definition": ...}` is the body of another operation; survey-core would take it for a survey without questions. */
const checkMembers = (walk: Walk, definition: Json, root: Path): void => {
  if (!Object.hasOwn(definition, "definition")) return;
  refuse(walk, [...root, "definition"], "is no member of a survey: the SurveyJS JSON stands here without a wrapper");
};

const checkPages = (walk: Walk, pages: unknown, root: Path): void => {
  if (pages === undefined) return;
  if (!Array.isArray(pages)) {
    refuse(walk, [...root, "pages"], "must be a list of pages");
    return;
  }
  for (const [index, page] of pages.entries()) {
    if (!isObject(page)) refuse(walk, [...root, "pages", index], "must be a page");
  }
};

const checkName = (walk: Walk, member: string, path: Path): void => {
  if (unstorable.test(member)) refuse(walk, path, "has a name with a character that cannot be stored");
  if (forbiddenMembers.has(member)) refuse(walk, path, `${member} is not allowed`);
};

const walkObject = (walk: Walk, value: Json, place: Place): void => {
  for (const [member, inner] of Object.entries(value)) {
    const path = [...place.path, member];
    checkName(walk, member, path);
    if (member === "choices" && Array.isArray(inner) && inner.length > definitionLimits.choices) {
      refuse(walk, path, `has ${inner.length} choices; ${definitionLimits.choices} at most`);
    }
    if (/html$/i.test(member)) checkHtml(walk, inner, path);
    if (elementLists.has(member)) checkElements(walk, inner, { ...place, path, names: scopeOf(member, place) });
    else if (member === "validators") checkValidators(walk, inner, path);
    else if (member === "cellType") checkCellType(walk, inner, path);
    walkValue(walk, inner, { ...place, path, names: scopeOf(member, place) });
  }
};

/** The questions inside a dynamic panel are repeated in every panel: their names are a scope of their own. */
const scopeOf = (member: string, place: Place): Set<string> =>
  member === "templateElements" ? new Set() : place.names;

const walkValue = (walk: Walk, value: unknown, place: Place): void => {
  if (typeof value === "string") {
    if (unstorable.test(value)) refuse(walk, place.path, "holds a character that cannot be stored");
    return;
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    refuse(walk, place.path, "is a number that cannot be stored");
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) walkValue(walk, item, { ...place, path: [...place.path, index] });
    return;
  }
  if (isObject(value)) walkObject(walk, value, place);
};

const checkElements = (walk: Walk, list: unknown, place: Place): void => {
  if (!Array.isArray(list)) {
    refuse(walk, place.path, "must be a list of elements");
    return;
  }
  walk.elements += list.length;
  for (const [index, element] of list.entries())
    checkElement(walk, element, { ...place, path: [...place.path, index] });
};

const checkElement = (walk: Walk, element: unknown, { path, names }: Place): void => {
  if (!isObject(element)) {
    refuse(walk, path, "must be an element");
    return;
  }
  const { type, name } = element;
  if (typeof type !== "string" || !elementTypes.has(type)) {
    refuse(walk, [...path, "type"], `must be one of ${[...elementTypes].join(", ")}`);
  }
  if (typeof name !== "string" || name === "" || name.length > 256) {
    refuse(walk, [...path, "name"], "must be a name of 1 to 256 characters");
    return;
  }
  // survey-core keeps answers in plain objects and throws on names that every object has (`constructor`, `toString`).
  if (name in {}) refuse(walk, [...path, "name"], `the name ${name} is one that no question can have`);
  if (names.has(name)) refuse(walk, [...path, "name"], `the name ${name} is used twice`);
  names.add(name);
};

const checkCellType = (walk: Walk, value: unknown, path: Path): void => {
  const isKnown = value === "default" || (typeof value === "string" && elementTypes.has(value));
  if (!isKnown) refuse(walk, path, "is no type of cell that is allowed");
};

/** `value` is a text, or a text per language. */
const checkHtml = (walk: Walk, value: unknown, path: Path): void => {
  const texts = isObject(value) ? Object.entries(value) : [["", value] as const];
  for (const [language, text] of texts) {
    if (typeof text === "string" && activeHtml.test(text)) {
      refuse(
        walk,
        language === "" ? path : [...path, language],
        "must not hold scripts, frames, forms or event handlers",
      );
    }
  }
};

const checkValidators = (walk: Walk, list: unknown, path: Path): void => {
  if (!Array.isArray(list)) {
    refuse(walk, path, "must be a list of validators");
    return;
  }
  for (const [index, validator] of list.entries()) {
    const pattern: unknown =
      isObject(validator) && validator["type"] === "regex" ? (validator["regex"] ?? validator["text"]) : "";
    if (typeof pattern !== "string" || pattern.length > definitionLimits.regexLength || !compiles(pattern)) {
      refuse(
        walk,
        [...path, index, "regex"],
        `must be a regular expression of at most ${definitionLimits.regexLength} characters`,
      );
    }
  }
};

const compiles = (pattern: string): boolean => {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
};

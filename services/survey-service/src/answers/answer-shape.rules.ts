/**
 * What an answer to one question may look like, as plain data. `survey-core` renders and computes, but it is no gate: it
 * takes text for a number, an array for a radio group and keys that no question has. These shapes refuse that first.
 */
export type ValueShape =
  | { readonly kind: "text"; readonly lengthMax: number }
  | { readonly kind: "date" }
  | { readonly kind: "number" }
  | { readonly kind: "one_of"; readonly values: readonly unknown[]; readonly freeText: boolean }
  | { readonly kind: "list"; readonly item: ValueShape; readonly sizeMax: number; readonly distinct: boolean }
  | { readonly kind: "object"; readonly members: ReadonlyMap<string, ValueShape> }
  /** Bounded by `json-bounds.rules.ts` only. */
  | { readonly kind: "any" };

export interface AnswerShape {
  /** By the key under which the answer is stored, which need not be the question's name. */
  readonly questions: ReadonlyMap<string, ValueShape>;
  /** Keys that the survey computes by itself: taken from a client, never believed. */
  readonly computed: ReadonlySet<string>;
}

export interface Fault {
  /** Below the answers: the question first. Empty when no question is to blame. */
  readonly path: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

type Path = Fault["path"];
type Data = Readonly<Record<string, unknown>>;

/** `null` is no answer, as a missing one is none. */
export const checkShape = (shape: AnswerShape, data: Data): readonly Fault[] =>
  Object.entries(data).flatMap(([key, value]) => {
    const question = shape.questions.get(key);
    if (question) return value === null ? [] : checkValue(question, value, [key]);
    if (shape.computed.has(key)) return [];
    return [{ path: [key], msg: "the survey has no such question", type: "unknown_question" }];
  });

const checkValue = (shape: ValueShape, value: unknown, path: Path): readonly Fault[] => {
  switch (shape.kind) {
    case "text":
      return checkText(shape.lengthMax, value, path);
    case "date":
      return typeof value === "string" && isDate(value) ? [] : [fault(path, "must be a date", "invalid_format")];
    case "number":
      return typeof value === "number" ? [] : [fault(path, "must be a number", "invalid_type")];
    case "one_of":
      return checkChoice(shape, value, path);
    case "list":
      return checkList(shape, value, path);
    case "object":
      return checkMembers(shape.members, value, path);
    case "any":
      return [];
  }
};

const fault = (path: Path, msg: string, type: string): Fault => ({ path, msg, type });

const checkText = (lengthMax: number, value: unknown, path: Path): readonly Fault[] => {
  if (typeof value !== "string") return [fault(path, "must be text", "invalid_type")];
  return value.length > lengthMax ? [fault(path, `must have at most ${lengthMax} characters`, "too_long")] : [];
};

/** `2026-03-01`, with whatever time follows. */
const isDate = (text: string): boolean =>
  text.length <= 40 && /^\d{4,6}-\d{2}-\d{2}(?!\d)/.test(text) && !Number.isNaN(Date.parse(text));

const freeTextMax = 10_000;

type Choice = Extract<ValueShape, { kind: "one_of" }>;

const checkChoice = (shape: Choice, value: unknown, path: Path): readonly Fault[] => {
  if (typeof value === "object")
    return [fault(path, "must be one of the choices, not a list or an object", "invalid_type")];
  if (shape.values.includes(value)) return [];
  if (shape.freeText) return checkText(freeTextMax, value, path);
  return [fault(path, "is not one of the choices", "not_allowed")];
};

type List = Extract<ValueShape, { kind: "list" }>;

const checkList = (shape: List, value: unknown, path: Path): readonly Fault[] => {
  if (!Array.isArray(value)) return [fault(path, "must be a list", "invalid_type")];
  if (value.length > shape.sizeMax) return [fault(path, `must have at most ${shape.sizeMax} items`, "too_many")];
  if (shape.distinct && new Set(value).size < value.length) return [fault(path, "must not repeat an item", "repeated")];
  return value.flatMap((item: unknown, index) => checkValue(shape.item, item, [...path, index]));
};

const checkMembers = (members: ReadonlyMap<string, ValueShape>, value: unknown, path: Path): readonly Fault[] => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [fault(path, "must be an object", "invalid_type")];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const shape = members.get(key);
    if (!shape) return [fault([...path, key], "the question has no such part", "unknown_member")];
    return member === null ? [] : checkValue(shape, member, [...path, key]);
  });
};

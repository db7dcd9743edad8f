type Json = Readonly<Record<string, unknown>>;

interface Node {
  readonly value: object;
  readonly depth: number;
  readonly member: string | number;
  readonly parent: Node | null;
}

/** The path of something that lies deeper than `depthMax` objects and lists, or null. Walks without recursion. */
export const findTooDeep = (definition: object, depthMax: number): readonly (string | number)[] | null => {
  const waiting: Node[] = [{ value: definition, depth: 0, member: "", parent: null }];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.depth > depthMax) return pathOf(node);
    const isList = Array.isArray(node.value);
    for (const [member, value] of Object.entries(node.value)) {
      if (typeof value !== "object" || value === null) continue;
      waiting.push({ value, depth: node.depth + 1, member: isList ? Number(member) : member, parent: node });
    }
  }
  return null;
};

const pathOf = (deepest: Node): readonly (string | number)[] => {
  const path: (string | number)[] = [];
  for (let node = deepest; node.parent !== null; node = node.parent) path.unshift(node.member);
  return path;
};

/** They show, group or compute; a respondent answers none of them. Groups count by what stands in them. */
const asksNothing: ReadonlySet<unknown> = new Set(["expression", "html", "image", "panel", "paneldynamic"]);

/** Looks only where survey-core looks, so that a misspelt or wrapped survey is seen to be empty. */
export const holdsQuestion = (definition: Json): boolean =>
  [definition, ...objectsIn(definition["pages"])].some((page) => elementsOf(page).some(asks));

const asks = (element: Json): boolean => !asksNothing.has(element["type"]) || elementsOf(element).some(asks);

const elementsOf = (group: Json): readonly Json[] =>
  ["elements", "questions", "templateElements"].flatMap((list) => objectsIn(group[list]));

const objectsIn = (list: unknown): readonly Json[] =>
  Array.isArray(list) ? list.filter((item) => typeof item === "object" && item !== null) : [];

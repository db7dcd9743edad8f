/**
 * What any stored answers must fit, whatever the survey: bounds that keep later readers safe, and text that Postgres can
 * hold. The size as a whole is bounded by the body limit of the route.
 */
export const depthMax = 16;
export const nodesMax = 20_000;
export const keyLengthMax = 256;

export type JsonRefusal = "too_deep" | "too_many_values" | "key_too_long" | "text_not_storable" | "number_not_storable";

/** NUL and half surrogate pairs are valid in JSON and cannot stand in a `jsonb`. */
const notStorable = /[\0\p{Surrogate}]/u;

interface Node {
  readonly value: unknown;
  readonly depth: number;
}

/** Walks without recursion, so that deep nesting is a refusal and not an overflow. */
export const refuseJson = (value: unknown): JsonRefusal | null => {
  const waiting: Node[] = [{ value, depth: 0 }];
  let nodes = 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    nodes += 1;
    if (nodes > nodesMax) return "too_many_values";
    const refusal = refuseNode(node);
    if (refusal !== null) return refusal;
    if (typeof node.value !== "object" || node.value === null) continue;
    for (const member of Object.values(node.value)) waiting.push({ value: member, depth: node.depth + 1 });
  }
  return null;
};

const refuseNode = ({ value, depth }: Node): JsonRefusal | null => {
  if (depth > depthMax) return "too_deep";
  if (typeof value === "string") return notStorable.test(value) ? "text_not_storable" : null;
  // `1e400` is valid JSON, is read as infinity, and would be written as null.
  if (typeof value === "number" && !Number.isFinite(value)) return "number_not_storable";
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const keys = Object.keys(value);
  if (keys.some((key) => key.length > keyLengthMax)) return "key_too_long";
  return keys.some((key) => notStorable.test(key)) ? "text_not_storable" : null;
};

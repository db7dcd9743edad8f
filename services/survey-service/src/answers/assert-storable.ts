import { Problem } from "@roundtrip/http-problem/problem";
import { type JsonRefusal, refuseJson } from "./json-bounds.rules.ts";

const sentences: Readonly<Record<JsonRefusal, string>> = {
  too_deep: "the answers are nested too deeply",
  too_many_values: "the answers hold too many values",
  key_too_long: "a name among the answers is too long",
  text_not_storable: "a text among the answers holds characters that cannot be stored",
  number_not_storable: "a number among the answers is too large",
};

/** Throws `answers_invalid` for answers that no survey can have. */
export const assertStorable = (data: object): void => {
  const refusal = refuseJson(data);
  if (refusal === null) return;
  throw new Problem("answers_invalid", { detail: [{ loc: ["body", "data"], msg: sentences[refusal], type: refusal }] });
};

import type { InvalidMember } from "@roundtrip/contracts/problem";

export interface ServerErrors {
  readonly byQuestion: ReadonlyMap<string, readonly string[]>;
  /** What concerns no single question. */
  readonly general: readonly string[];
}

/** `must be a number` as a sentence of its own. */
const toSentence = (msg: string): string => {
  const text = msg.charAt(0).toUpperCase() + msg.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

/** Sorts what a 422 says by question: `loc` is `["body", "data", "<question>", ...]`. */
export const groupByQuestion = (members: readonly InvalidMember[]): ServerErrors => {
  const byQuestion = new Map<string, string[]>();
  const general: string[] = [];
  for (const { loc, msg } of members) {
    const [place, member, question] = loc;
    if (place !== "body" || member !== "data" || typeof question !== "string") {
      general.push(toSentence(msg));
      continue;
    }
    byQuestion.set(question, [...(byQuestion.get(question) ?? []), toSentence(msg)]);
  }
  return { byQuestion, general };
};

import type { InvalidMember } from "@roundtrip/contracts/problem";

export interface ServerErrors {
  readonly byQuestion: ReadonlyMap<string, readonly string[]>;
  /** What concerns no single question. */
  readonly general: readonly string[];
}

/** Sorts what a 422 says by question: `loc` is `["body", "data", "<question>", ...]`. */
export const groupByQuestion = (members: readonly InvalidMember[]): ServerErrors => {
  const byQuestion = new Map<string, string[]>();
  const general: string[] = [];
  for (const { loc, msg } of members) {
    const [place, member, question] = loc;
    if (place !== "body" || member !== "data" || typeof question !== "string") {
      general.push(msg);
      continue;
    }
    byQuestion.set(question, [...(byQuestion.get(question) ?? []), msg]);
  }
  return { byQuestion, general };
};

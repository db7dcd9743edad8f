import type { InvalidMember } from "@roundtrip/contracts/problem";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import type { CheckedAnswers } from "./check-answers.ts";

export type EvaluateDeps = Pick<SurveyDeps, "answers" | "definitions" | "log">;

export interface GivenAnswers {
  readonly surveyId: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}

type Valid = Extract<CheckedAnswers, { kind: "valid" }>;

/**
 * The answers as the survey's own logic leaves them, with its scores. Throws `answers_invalid` naming each question that
 * is wrong. Answers that cannot be checked within a second are refused with the same code and not with a 503: trying again
 * would cost another second and end no other way.
 */
export const getEvaluatedAnswers = async (deps: EvaluateDeps, given: GivenAnswers): Promise<Valid> => {
  const checked = await deps.answers.check({
    definitionKey: `${given.surveyId}:${given.version}`,
    definition: await deps.definitions.get(given.surveyId, given.version),
    data: given.data,
  });
  if (checked.kind === "valid") return checked;
  if (checked.kind === "unusable") {
    deps.log.error(
      { err: checked.cause, surveyId: given.surveyId, version: given.version },
      "a definition cannot be used",
    );
  }
  throw new Problem("answers_invalid", { detail: membersOf(checked) });
};

const membersOf = (checked: Exclude<CheckedAnswers, Valid>): readonly InvalidMember[] => {
  const place = ["body", "data"];
  switch (checked.kind) {
    case "invalid":
      return checked.faults.map(({ path, msg, type }) => ({ loc: [...place, ...path], msg, type }));
    case "too_complex":
      return [{ loc: place, msg: "the answers could not be checked in time", type: "too_complex" }];
    case "unusable":
      return [{ loc: place, msg: "the survey's definition cannot be evaluated", type: "unusable_definition" }];
  }
};

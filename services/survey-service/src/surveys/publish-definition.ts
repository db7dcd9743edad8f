import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { assertPublishable, definitionSha256 } from "./publishable-definition.ts";
import { findSurvey } from "./survey.store.ts";
import { findVersion, lockSurveyRow, type NewVersion, putVersionInForce } from "./write-survey.store.ts";

export interface PublishDefinition {
  readonly workspaceId: string;
  readonly survey: string;
  readonly definition: Record<string, unknown>;
}

export type PublishedVersion = Pick<NewVersion, "surveyId" | "version" | "sha256" | "createdAt">;

/** Puts a new version in force. Versions are immutable: sessions under way keep theirs. The same again changes nothing. */
export const publishDefinition = async (
  deps: Pick<SurveyDeps, "db" | "clock">,
  command: PublishDefinition,
): Promise<PublishedVersion> => {
  assertPublishable(command.definition, ["body"]);
  const sha256 = definitionSha256(command.definition);
  const createdAt = deps.clock();
  return deps.db.transaction(async (tx) => {
    const found = await findSurvey(tx, command.workspaceId, command.survey);
    const row = found && (await lockSurveyRow(tx, found.surveyId));
    if (!row) throw new Problem("survey_not_found");
    const { surveyId, workspaceId, definitionVersion } = row;
    const inForce = await findVersion(tx, surveyId, definitionVersion);
    if (inForce?.sha256 === sha256)
      return { surveyId, version: definitionVersion, sha256, createdAt: inForce.createdAt };
    const version = definitionVersion + 1;
    await putVersionInForce(tx, { surveyId, workspaceId, version, sha256, createdAt, definition: command.definition });
    return { surveyId, version, sha256, createdAt };
  });
};

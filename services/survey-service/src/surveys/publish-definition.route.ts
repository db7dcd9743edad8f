import { publishDefinition as operation } from "@roundtrip/contracts/survey/publish-definition.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { publishDefinition } from "./publish-definition.ts";

export const publishDefinitionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, body, caller }) => {
    const { workspaceId } = caller;
    const made = await publishDefinition(deps, { workspaceId, survey: params.survey, definition: body });
    return {
      status: 200,
      body: {
        survey_id: made.surveyId,
        definition_version: made.version,
        sha256: made.sha256,
        created_at: made.createdAt.toISOString(),
      },
    };
  });

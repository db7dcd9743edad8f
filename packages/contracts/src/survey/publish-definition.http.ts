import { Type } from "typebox";
import { Closed, Instant, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { Definition, SurveyParams } from "./survey-object.ts";

export const publishDefinition = operation({
  id: "publishDefinition",
  service: "survey",
  method: "PUT",
  path: "/v2/surveys/:survey/definition",
  summary: "Publish a new version of a survey's definition",
  description:
    "The body is the SurveyJS JSON. Sessions under way keep theirs. The version in force, sent again, stays as it is.",
  access: { kind: "workspace", scope: "surveys:write", role: "admin" },
  dialect: "v2",
  params: SurveyParams,
  body: Definition,
  responses: {
    200: Closed({
      survey_id: Uuid,
      definition_version: Type.Integer({ minimum: 1 }),
      sha256: Type.String(),
      created_at: Instant,
    }),
  },
  problems: ["survey_not_found", "definition_invalid"],
});

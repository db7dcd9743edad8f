import { Closed, Slug, Text } from "../formats.ts";
import { operation } from "../operation.ts";
import { RespondentObject } from "./respondent-object.ts";

export const getRespondent = operation({
  id: "getRespondent",
  service: "survey",
  method: "GET",
  path: "/v2/surveys/:survey/respondents/:username",
  summary: "Read a respondent, with the authentication URLs",
  description:
    "The authentication token is derived again, never stored. API keys and admins get it; viewers get `null`, because whoever " +
    "has the token can sign in as the respondent.",
  access: { kind: "workspace", scope: "respondents:read", role: "viewer" },
  dialect: "v2",
  params: Closed({
    survey: Slug,
    username: Text(256),
  }),
  responses: { 200: RespondentObject },
  problems: ["survey_not_found", "respondent_not_found"],
});

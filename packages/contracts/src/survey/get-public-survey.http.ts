import { Closed, Slug } from "../formats.ts";
import { operation } from "../operation.ts";
import { PublicSurvey } from "./public-survey.ts";

export const getPublicSurvey = operation({
  id: "getPublicSurvey",
  service: "survey",
  method: "GET",
  path: "/surveys/:slug",
  summary: "What anybody may know of a survey",
  access: { kind: "public" },
  dialect: "intake24",
  params: Closed({ slug: Slug }),
  responses: { 200: PublicSurvey },
  problems: ["survey_not_found"],
});

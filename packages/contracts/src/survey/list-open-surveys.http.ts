import { Type } from "typebox";
import { operation } from "../operation.ts";
import { PublicSurvey } from "./public-survey.ts";

export const listOpenSurveys = operation({
  id: "listOpenSurveys",
  service: "survey",
  method: "GET",
  path: "/surveys",
  summary: "List the surveys that anybody may enter",
  description:
    "Surveys open themselves to anybody with the generation mode `open`, which does not exist yet: the list is empty.",
  access: { kind: "public" },
  dialect: "intake24",
  responses: { 200: Type.Array(PublicSurvey) },
  problems: [],
});

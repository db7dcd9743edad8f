import { Closed, Page, PageQuery } from "../formats.ts";
import { operation } from "../operation.ts";
import { SurveySummary } from "./survey-object.ts";

export const listSurveys = operation({
  id: "listSurveys",
  service: "survey",
  method: "GET",
  path: "/v2/surveys",
  summary: "List the workspace's surveys, oldest first",
  description: "Without their definitions; `GET /v2/surveys/{survey}` has one.",
  access: { kind: "workspace", scope: "surveys:read", role: "viewer" },
  dialect: "v2",
  query: Closed(PageQuery),
  responses: { 200: Page(SurveySummary) },
  problems: [],
});

import { listSurveys as operation } from "@roundtrip/contracts/survey/list-surveys.http";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { listSurveys } from "./list-surveys.store.ts";
import { viewSurveySummary } from "./survey-view.rules.ts";

export const listSurveysRoute = (deps: SurveyDeps) =>
  route(operation, async ({ query, caller }) => {
    const request = readPageRequest(query);
    const rows = await listSurveys(deps.prisma, caller.workspaceId, request);
    const page = cutPage(rows, request.size, (survey) => survey.surveyId);
    const now = deps.clock();
    return { status: 200, body: { data: page.data.map((survey) => viewSurveySummary(survey, now)), next: page.next } };
  });

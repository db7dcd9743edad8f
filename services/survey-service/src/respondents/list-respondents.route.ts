import { listRespondents as operation } from "@roundtrip/contracts/survey/list-respondents.http";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findSurvey } from "../surveys/survey.store.ts";
import { viewRespondentSummary } from "./respondent-view.rules.ts";
import { listRespondents } from "./respondent-view.store.ts";

export const listRespondentsRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, caller }) => {
    const request = readPageRequest(query);
    const survey = await findSurvey(deps.db, caller.workspaceId, params.survey);
    if (!survey) throw new Problem("survey_not_found");
    const rows = await listRespondents(deps.prisma, survey, request);
    const page = cutPage(rows, request.size, (row) => row.respondentId);
    return {
      status: 200,
      body: { data: page.data.map((row) => viewRespondentSummary(row, survey.slug)), next: page.next },
    };
  });

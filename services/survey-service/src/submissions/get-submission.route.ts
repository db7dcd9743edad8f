import { getSubmission as operation } from "@roundtrip/contracts/survey/get-submission.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findSubmissions } from "./submission.store.ts";

export const getSubmissionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, caller }) => {
    const [submission] = await findSubmissions(deps.db, caller.workspaceId, [params.submission_id]);
    if (!submission) throw new Problem("submission_not_found");
    return { status: 200, body: submission };
  });

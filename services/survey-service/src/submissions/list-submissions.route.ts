import { listSubmissions as operation } from "@roundtrip/contracts/survey/list-submissions.http";
import { route } from "@roundtrip/http-operation/route";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { findSurvey } from "../surveys/survey.store.ts";
import { listSubmissions } from "./submission.store.ts";
import { formatCursor, parseCursor } from "./submission-cursor.rules.ts";

const sizeDefault = 50;

export const listSubmissionsRoute = (deps: SurveyDeps) =>
  route(operation, async ({ query, caller }) => {
    const size = Number(query.limit ?? sizeDefault);
    const after = readCursor(query.after);
    const survey = query.survey === undefined ? null : await findSurvey(deps.db, caller.workspaceId, query.survey);
    // A filter that nothing matches is an empty list, for surveys as for people.
    if (query.survey !== undefined && survey === null) return { status: 200, body: { data: [], next: null } };
    const filter = {
      workspaceId: caller.workspaceId,
      surveyId: survey?.surveyId ?? null,
      userId: query.user_id ?? null,
      externalUserId: query.external_user_id ?? null,
      since: query.since ?? null,
      until: query.until ?? null,
    };
    // One more than the page holds says whether there is a next one.
    const found = await listSubmissions(deps.db, filter, { after, rowsMax: size + 1 });
    const shown = found.slice(0, size);
    const last = shown.at(-1);
    return {
      status: 200,
      body: {
        data: shown.map((item) => item.submission),
        next: last && found.length > size ? formatCursor(last.position) : null,
      },
    };
  });

const readCursor = (after: string | undefined) => {
  if (after === undefined) return null;
  const position = parseCursor(after);
  if (position) return position;
  const member = { loc: ["query", "after"], msg: "must be the `next` of a page", type: "invalid_format" };
  throw new Problem("invalid_request", { detail: [member] });
};

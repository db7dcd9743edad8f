import { cancelSession as operation } from "@roundtrip/contracts/survey/cancel-session.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { cancelSession } from "./cancel-session.ts";

export const cancelSessionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, caller }) => {
    await cancelSession(deps, { slug: params.slug, caller, sessionId: query.sessionId });
    return { status: 204, body: null };
  });

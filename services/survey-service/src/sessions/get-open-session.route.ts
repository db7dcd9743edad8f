import { getOpenSession as operation } from "@roundtrip/contracts/survey/get-open-session.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { getOpenSession } from "./get-open-session.ts";
import { viewSession } from "./session-view.rules.ts";

export const getOpenSessionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, caller }) => ({
    status: 200,
    body: viewSession(await getOpenSession(deps, params.slug, caller)),
  }));

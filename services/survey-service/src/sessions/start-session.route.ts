import { startSession as operation } from "@roundtrip/contracts/survey/start-session.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { viewSession } from "./session-view.rules.ts";
import { startSession } from "./start-session.ts";

export const startSessionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, caller }) => {
    const session = await startSession(deps, {
      slug: params.slug,
      caller,
      offsetMinutes: Number(query.tzOffset ?? 0),
    });
    return { status: 200, body: viewSession(session) };
  });

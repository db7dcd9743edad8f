import { saveAnswers as operation } from "@roundtrip/contracts/survey/save-answers.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { saveAnswers } from "./save-answers.ts";
import { viewSession } from "./session-view.rules.ts";

export const saveAnswersRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, body, caller }) => {
    const session = await saveAnswers(deps, { slug: params.slug, caller, answers: body });
    return { status: 200, body: viewSession(session) };
  });

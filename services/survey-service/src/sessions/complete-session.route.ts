import { completeSession as operation } from "@roundtrip/contracts/survey/complete-session.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { createFollowUpUrl } from "../return/create-follow-up-url.ts";
import { completeSession } from "./complete-session.ts";
import { countHandedIn } from "./handed-in.store.ts";
import { dayBegan } from "./limits.rules.ts";
import { viewUserInfo } from "./session-view.rules.ts";

export const completeSessionRoute = (deps: SurveyDeps) =>
  route(operation, async ({ params, query, body, caller }) => {
    const completed = await completeSession(deps, { slug: params.slug, caller, answers: body });
    const { survey, person, session, submission } = completed;
    const today = dayBegan(deps.clock(), Number(query.tzOffset ?? 0));
    const [followUpUrl, handedIn] = await Promise.all([
      createFollowUpUrl(deps, survey, { ...session, submissionId: submission.submissionId, respondent: person }),
      countHandedIn(deps.db, person.respondentId, today),
    ]);
    return {
      status: 200,
      headers: { "cache-control": "no-store" },
      body: {
        submission: { id: submission.submissionId, submissionTime: submission.completedAt.toISOString() },
        status: session.status,
        sequence: session.sequence,
        followUpUrl,
        ...viewUserInfo(person, survey.settings.limits, handedIn),
      },
    };
  });

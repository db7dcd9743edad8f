import { useState } from "preact/hooks";
import { isTransient } from "../api/failure.ts";
import type { Submitted } from "../api/survey-shapes.ts";
import type { Messages } from "../messages.ts";
import { paths } from "../routes.ts";
import { useApp } from "../ui/app-context.ts";
import { Loading } from "../ui/loading.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";
import { useLoad } from "../ui/use-load.ts";
import { type FinishedSession, recordFinishedSession } from "./finished-session.ts";
import { FollowUp } from "./follow-up.tsx";
import { planRedirect } from "./redirect-plan.ts";
import type { Visit } from "./survey-gate.tsx";

export interface ThankYouPageProps {
  readonly visit: Visit;
  readonly finished: FinishedSession;
  /** What the server answered; null after a reload, when it is asked again. */
  readonly submitted: Submitted | null;
}

const outcomeSentence = (status: string, { thanks }: Messages): string => {
  if (status === "screened_out") return thanks.screenedOut;
  return status === "over_quota" ? thanks.overQuota : thanks.sent;
};

const Tick = () => (
  <svg class="tick" viewBox="0 0 48 48" aria-hidden="true">
    <circle cx="24" cy="24" r="23" />
    <path d="m14.5 24.5 6.5 6.5 12.5-13" />
  </svg>
);

export const ThankYouPage = ({ visit, finished, submitted }: ThankYouPageProps) => {
  const { api, messages } = useApp();
  const { survey, parameters } = visit;
  const { sessionId } = finished;
  // The same session again answers the same submission, with a fresh link.
  const askAgain = () => api.submit(survey.slug, { sessionId, data: {} });
  const [answer, retry] = useLoad(sessionId, askAgain, submitted);
  const value = answer.state === "ready" ? answer.value : null;
  return (
    <PageFrame title={messages.thanks.title} survey={survey}>
      <section class="card card-centred">
        <Tick />
        <p class="lead">{value === null ? messages.thanks.sent : outcomeSentence(value.status, messages)}</p>
        {answer.state === "loading" ? <Loading /> : null}
        {answer.state === "failed" ? (
          <>
            <p>{messages.thanks.linkMissing}</p>
            {isTransient(answer.failure) ? <FailureNotice failure={answer.failure} onRetry={retry} /> : null}
          </>
        ) : null}
        {value === null ? null : (
          <WayOn
            visit={visit}
            finished={finished}
            followUpUrl={value.followUpUrl}
            renewUrl={async () => (await askAgain()).followUpUrl}
          />
        )}
      </section>
      <p class="aside-text">
        <a href={paths.survey(survey.slug)}>{messages.backHome}</a>
      </p>
      {parameters.feedback.enabled && value?.showFeedback ? (
        <p class="aside-text">
          <a href={paths.survey(survey.slug, "feedback")}>{messages.home.feedback}</a>
        </p>
      ) : null}
    </PageFrame>
  );
};

interface WayOnProps {
  readonly visit: Visit;
  readonly finished: FinishedSession;
  readonly followUpUrl: string | null;
  readonly renewUrl: () => Promise<string | null>;
}

const WayOn = ({ visit, finished, followUpUrl, renewUrl }: WayOnProps) => {
  const { messages } = useApp();
  const settings = visit.parameters.redirect;
  // Planned once: the countdown must not start anew when the page renders again.
  const [plan] = useState(() => planRedirect({ followUpUrl, settings, alreadyLeft: finished.left }));
  const { sessionId } = finished;
  if (plan.kind === "none") return <p>{messages.thanks.mayClose}</p>;
  return (
    <FollowUp
      plan={plan}
      target={settings?.target ?? "_self"}
      renewUrl={renewUrl}
      onLeave={() => recordFinishedSession(history, { sessionId, left: true })}
    />
  );
};

import { useState } from "preact/hooks";
import { type Failure, failureOf } from "../api/failure.ts";
import type { Session, SurveyParameters, UserInfo } from "../api/survey-shapes.ts";
import type { Messages } from "../messages.ts";
import { paths } from "../routes.ts";
import { useApp } from "../ui/app-context.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { Loading } from "../ui/loading.tsx";
import { formatDay } from "../ui/locale.ts";
import { FailureNotice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";
import { useLoad } from "../ui/use-load.ts";
import type { Visit } from "./survey-gate.tsx";

interface Standing {
  readonly userInfo: UserInfo;
  readonly session: Session | null;
}

/** Why the survey cannot be answered now, in sentences; empty when it is open. */
const closedSentences = (parameters: SurveyParameters, { home }: Messages): string[] => {
  const { state, startDate, endDate, suspensionReason, localeId } = parameters;
  switch (state) {
    case "active":
      return [];
    case "notStarted":
      return [home.notStarted, ...(startDate ? [home.opensOn(formatDay(startDate, localeId))] : [])];
    case "suspended":
      return [home.suspended, ...(suspensionReason ? [suspensionReason] : [])];
    case "completed":
      return [endDate ? home.closedOn(formatDay(endDate, localeId)) : home.closed];
  }
};

const limitSentence = (userInfo: UserInfo, { home }: Messages): string | null => {
  if (userInfo.maximumTotalSubmissionsReached) return home.limitTotal;
  return userInfo.maximumDailySubmissionsReached ? home.limitDaily : null;
};

export const HomePage = ({ visit }: { readonly visit: Visit }) => {
  const { api, messages } = useApp();
  const { survey, parameters } = visit;
  const [standing, reload] = useLoad(survey.slug, async (): Promise<Standing> => {
    const [userInfo, session] = await Promise.all([
      api.getUserInfo(survey.slug),
      parameters.session.store ? api.findSession(survey.slug) : null,
    ]);
    return { userInfo, session };
  });
  const name = standing.state === "ready" ? standing.value.userInfo.name : null;
  return (
    <PageFrame
      title={name ? messages.home.greeting(name) : messages.home.welcome}
      survey={survey}
      aside={<SignOutButton />}
    >
      {standing.state === "loading" ? <Loading /> : null}
      {standing.state === "failed" ? <FailureNotice failure={standing.failure} onRetry={reload} /> : null}
      {standing.state === "ready" ? <Ready visit={visit} standing={standing.value} onChanged={reload} /> : null}
    </PageFrame>
  );
};

interface ReadyProps {
  readonly visit: Visit;
  readonly standing: Standing;
  readonly onChanged: () => void;
}

const Ready = ({ visit, standing, onChanged }: ReadyProps) => {
  const { messages } = useApp();
  const { parameters, survey } = visit;
  const { userInfo } = standing;
  const { home } = messages;
  const closed = closedSentences(parameters, messages);
  const limit = limitSentence(userInfo, messages);
  return (
    <>
      <section class="card">
        {closed.length > 0 ? <ClosedSurvey sentences={closed} /> : null}
        {closed.length === 0 && limit !== null ? <p class="card-text">{limit}</p> : null}
        {closed.length === 0 && limit === null ? (
          <Open visit={visit} standing={standing} onChanged={onChanged} />
        ) : null}
      </section>
      {userInfo.submissions > 0 ? <p class="aside-text">{home.handedIn(userInfo.submissions)}</p> : null}
      {parameters.feedback.enabled && userInfo.showFeedback ? (
        <p class="aside-text">
          <a href={paths.survey(survey.slug, "feedback")}>{home.feedback}</a>
        </p>
      ) : null}
    </>
  );
};

const ClosedSurvey = ({ sentences }: { readonly sentences: readonly string[] }) => {
  const { messages } = useApp();
  return (
    <>
      <h2>{messages.home.notActiveTitle}</h2>
      {sentences.map((sentence) => (
        <p key={sentence} class="card-text">
          {sentence}
        </p>
      ))}
    </>
  );
};

const Open = ({ visit, standing, onChanged }: ReadyProps) => {
  const { messages } = useApp();
  const { home } = messages;
  const { session, userInfo } = standing;
  const recall = paths.survey(visit.survey.slug, "recall");
  const startedAt = session?.startedAt ? formatDay(session.startedAt, visit.parameters.localeId) : null;
  const invitation = userInfo.submissions > 0 ? home.readyAgain : home.ready;
  return (
    <>
      <p class="card-text">{session === null ? invitation : home.underWay(startedAt)}</p>
      <a class="button button-wide" href={recall}>
        {session === null ? home.start : home.resume}
      </a>
      {session === null ? null : <StartOver slug={visit.survey.slug} session={session} onDone={onChanged} />}
    </>
  );
};

interface StartOverProps {
  readonly slug: string;
  readonly session: Session;
  readonly onDone: () => void;
}

const StartOver = ({ slug, session, onDone }: StartOverProps) => {
  const { api, drafts, messages } = useApp();
  const { home } = messages;
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const discard = async (): Promise<void> => {
    setAsking(false);
    try {
      await api.cancelSession(slug, session.sessionId);
      drafts.remove(session.sessionId);
      onDone();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <>
      <button type="button" class="link-button" onClick={() => setAsking(true)}>
        {home.startOver}
      </button>
      {failure === null ? null : <FailureNotice failure={failure} onRetry={() => void discard()} />}
      {asking ? (
        <ConfirmDialog
          title={home.startOverQuestion}
          text={home.startOverText}
          confirm={home.startOverConfirm}
          cancel={home.keepAnswers}
          onConfirm={() => void discard()}
          onCancel={() => setAsking(false)}
        />
      ) : null}
    </>
  );
};

const SignOutButton = () => {
  const { signIn, drafts, messages } = useApp();
  const [failed, setFailed] = useState(false);
  const signOut = async (): Promise<void> => {
    try {
      await signIn.signOut();
      drafts.keepOnly(null);
      // A fresh page, so that nothing of this person stays in memory.
      location.reload();
    } catch {
      setFailed(true);
    }
  };
  return (
    <button type="button" class="top-button" aria-live="polite" onClick={() => void signOut()}>
      {failed ? messages.signOutFailed : messages.signOut}
    </button>
  );
};

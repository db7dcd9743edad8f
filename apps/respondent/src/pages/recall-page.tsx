import { useEffect, useState } from "preact/hooks";
import { RequestFailed } from "../api/failure.ts";
import type { Answers, Session, Submitted } from "../api/survey-shapes.ts";
import { useAutosave } from "../questionnaire/use-autosave.ts";
import { paths } from "../routes.ts";
import { type App, useApp } from "../ui/app-context.ts";
import { Loading } from "../ui/loading.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";
import { useLoad } from "../ui/use-load.ts";
import { parseFinishedSession, recordFinishedSession } from "./finished-session.ts";
import { SaveIndicator, SaveNotice } from "./save-status.tsx";
import type { Visit } from "./survey-gate.tsx";
import { ThankYouPage } from "./thank-you-page.tsx";

/** The questions, and after them the thank-you page; a history entry that has ended shows the latter at once. */
export const RecallPage = ({ visit }: { readonly visit: Visit }) => {
  const { navigate } = useApp();
  const [finished, setFinished] = useState(() => parseFinishedSession(history.state));
  const [submitted, setSubmitted] = useState<Submitted | null>(null);
  const { slug } = visit.survey;
  const mayAnswer = visit.parameters.state === "active";
  useEffect(() => {
    if (finished === null && !mayAnswer) navigate(paths.survey(slug), { replace: true });
  }, [finished, mayAnswer, navigate, slug]);

  if (finished !== null) return <ThankYouPage visit={visit} finished={finished} submitted={submitted} />;
  if (!mayAnswer) return null;
  return (
    <Opening
      visit={visit}
      onSubmitted={(sessionId, answer) => {
        const ended = { sessionId, left: false };
        recordFinishedSession(history, ended);
        setSubmitted(answer);
        setFinished(ended);
      }}
    />
  );
};

const loadQuestionnaire = () =>
  import("../questionnaire/questionnaire.tsx").catch((error: unknown) => {
    throw new RequestFailed({ kind: "app" }, error);
  });

/** Starts or resumes the session, with the version of the questions that it was started with. */
const openSession = async ({ api, drafts }: App, { survey, parameters, person }: Visit) => {
  const [session, { Questionnaire }] = await Promise.all([api.startSession(survey.slug), loadQuestionnaire()]);
  const changed = session.definitionVersion !== parameters.definitionVersion;
  const { definition } = changed ? await api.getParameters(survey.slug) : parameters;
  const draft = drafts.find(session.sessionId);
  // A draft is left only when the last save failed or the page went away before it: it is newer than the server's.
  const unsaved = draft?.subject === person.subject ? draft.data : null;
  return { session, definition, unsaved, Questionnaire };
};

type OpenedSession = Awaited<ReturnType<typeof openSession>>;

interface OpeningProps {
  readonly visit: Visit;
  readonly onSubmitted: (sessionId: string, submitted: Submitted) => void;
}

const Opening = ({ visit, onSubmitted }: OpeningProps) => {
  const app = useApp();
  const { messages } = app;
  const { survey } = visit;
  const [opened, reload] = useLoad(survey.slug, () => openSession(app, visit));
  if (opened.state === "ready") return <Answering visit={visit} opened={opened.value} onSubmitted={onSubmitted} />;
  return (
    <PageFrame title={messages.recall.title} survey={survey} quietTitle={opened.state === "loading"}>
      {opened.state === "loading" ? <Loading /> : <FailureNotice failure={opened.failure} onRetry={reload} />}
      {opened.state === "failed" ? (
        <p>
          <a href={paths.survey(survey.slug)}>{messages.backHome}</a>
        </p>
      ) : null}
    </PageFrame>
  );
};

const submitSession =
  (app: App, slug: string, { sessionId }: Session) =>
  async (data: Answers) => {
    const submitted = await app.api.submit(slug, { sessionId, data });
    app.drafts.remove(sessionId);
    return submitted;
  };

const Answering = ({ visit, opened, onSubmitted }: OpeningProps & { readonly opened: OpenedSession }) => {
  const app = useApp();
  const { survey, parameters, person } = visit;
  const { session, definition, unsaved, Questionnaire } = opened;
  const { sessionId } = session;
  const saving = useAutosave({
    api: app.api,
    drafts: app.drafts,
    slug: survey.slug,
    subject: person.subject,
    sessionId,
    store: parameters.session.store,
    unsaved,
  });
  const submit = submitSession(app, survey.slug, session);
  const send = async (data: Answers): Promise<void> => {
    saving.hold();
    try {
      onSubmitted(sessionId, await submit(data));
    } catch (error) {
      saving.release();
      throw error;
    }
  };
  return (
    <PageFrame
      title={app.messages.recall.title}
      survey={survey}
      quietTitle
      aside={parameters.session.store ? <SaveIndicator status={saving.status} /> : null}
    >
      <Questionnaire
        definition={definition}
        answers={unsaved ?? session.data}
        localeId={parameters.localeId}
        onChange={saving.change}
        onSend={send}
        home={paths.survey(survey.slug)}
      />
      <SaveNotice status={saving.status} onRetry={saving.retry} home={paths.survey(survey.slug)} />
    </PageFrame>
  );
};

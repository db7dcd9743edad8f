import { useEffect } from "preact/hooks";
import type { Failure } from "../api/failure.ts";
import type { PublicSurvey } from "../api/survey-shapes.ts";
import { paths, type Route } from "../routes.ts";
import { type App, useApp } from "../ui/app-context.ts";
import { Loading } from "../ui/loading.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";
import { useLoad } from "../ui/use-load.ts";

export type EntryLink = Extract<Route, { page: "create-user" | "authenticate" }>;

/** Signs in with what the link holds and gives the address to go to. Creating a user again answers the same one. */
const enter = async ({ api, signIn, drafts }: App, link: EntryLink): Promise<string> => {
  const token = link.page === "create-user" ? (await api.createUser(link.slug, link.token)).authToken : link.token;
  const person = await signIn.byToken(token);
  drafts.keepOnly(person.subject);
  const slug = link.slug ?? person.surveySlug;
  return slug === null ? paths.start() : paths.survey(slug, link.destination);
};

/** A link that signs its holder in. When it is refused the page says why and whom to ask; it never falls silent. */
export const EnterPage = ({ link }: { readonly link: EntryLink }) => {
  const app = useApp();
  const [entered, retry] = useLoad(link.token, () => enter(app, link));
  const address = entered.state === "ready" ? entered.value : null;
  const { navigate } = app;
  useEffect(() => {
    if (address !== null) navigate(address, { replace: true });
  }, [address, navigate]);
  if (entered.state === "failed") return <RefusedLink link={link} failure={entered.failure} onRetry={retry} />;
  return (
    <PageFrame title={app.messages.entering.title} survey={null}>
      <Loading text={app.messages.entering.text} />
    </PageFrame>
  );
};

interface RefusedLinkProps {
  readonly link: EntryLink;
  readonly failure: Failure;
  readonly onRetry: () => void;
}

const RefusedLink = ({ link, failure, onRetry }: RefusedLinkProps) => {
  const { api, messages } = useApp();
  // The survey is asked for its name and support address only; when that fails too, the page does without.
  const [survey] = useLoad<PublicSurvey | null>(link.slug ?? "", async () =>
    link.slug === null ? null : await api.getSurvey(link.slug).catch(() => null),
  );
  const refused = failure.kind === "problem" && failure.status < 500 && failure.status !== 429;
  return (
    <PageFrame
      title={refused ? messages.refusedLink.title : messages.failed.title}
      survey={survey.state === "ready" ? survey.value : null}
    >
      <FailureNotice failure={failure} activity="opening-link" onRetry={onRetry} />
    </PageFrame>
  );
};

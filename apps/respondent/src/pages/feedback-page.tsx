import { paths } from "../routes.ts";
import { useApp } from "../ui/app-context.ts";
import { PageFrame } from "../ui/page-frame.tsx";
import type { Visit } from "./survey-gate.tsx";

/** The respondent's results. Says plainly when there are none, instead of sending the person elsewhere. */
export const FeedbackPage = ({ visit }: { readonly visit: Visit }) => {
  const { messages } = useApp();
  const { survey, parameters } = visit;
  return (
    <PageFrame title={messages.feedback.title} survey={survey}>
      <section class="card">
        <p class="card-text">
          {parameters.feedback.enabled ? messages.feedback.notYet : messages.feedback.unavailable}
        </p>
        <a class="button button-wide" href={paths.survey(survey.slug)}>
          {messages.backHome}
        </a>
      </section>
    </PageFrame>
  );
};

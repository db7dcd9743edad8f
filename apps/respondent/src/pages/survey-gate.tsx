import type { ComponentChildren } from "preact";
import type { Person } from "../api/access-token.ts";
import { failureOf, isProblem } from "../api/failure.ts";
import type { PublicSurvey, SurveyParameters } from "../api/survey-shapes.ts";
import { type App, useApp } from "../ui/app-context.ts";
import { Loading } from "../ui/loading.tsx";
import { FailureNotice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";
import { useLoad } from "../ui/use-load.ts";
import { SignInForm } from "./sign-in-form.tsx";

/** A signed-in respondent in a survey that exists. */
export interface Visit {
  readonly survey: PublicSurvey;
  readonly parameters: SurveyParameters;
  readonly person: Person;
}

type Admission =
  | { readonly kind: "admitted"; readonly visit: Visit }
  | { readonly kind: "not-admitted"; readonly survey: PublicSurvey; readonly signedInElsewhere: boolean };

const admit = async ({ api, signIn }: App, slug: string): Promise<Admission> => {
  const [survey, person] = await Promise.all([api.getSurvey(slug), signIn.restore()]);
  if (person === null) return { kind: "not-admitted", survey, signedInElsewhere: false };
  if (person.surveySlug !== null && person.surveySlug !== survey.slug.toLowerCase()) {
    return { kind: "not-admitted", survey, signedInElsewhere: true };
  }
  try {
    return { kind: "admitted", visit: { survey, person, parameters: await api.getParameters(slug) } };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "signed_out") return { kind: "not-admitted", survey, signedInElsewhere: false };
    if (isProblem(failure, "forbidden")) return { kind: "not-admitted", survey, signedInElsewhere: true };
    throw error;
  }
};

/** Lets signed-in respondents through to the page and shows everybody else the way in. */
export const SurveyGate = ({
  slug,
  children,
}: {
  readonly slug: string;
  readonly children: (visit: Visit) => ComponentChildren;
}) => {
  const app = useApp();
  const { messages } = app;
  const [admission, reload] = useLoad(slug, () => admit(app, slug));
  if (admission.state === "loading") {
    return (
      <PageFrame title={messages.loading} survey={null} quietTitle>
        <Loading />
      </PageFrame>
    );
  }
  if (admission.state === "failed") {
    const missing = isProblem(admission.failure, "survey_not_found");
    return (
      <PageFrame title={missing ? messages.notFound.title : messages.failed.title} survey={null}>
        <FailureNotice failure={admission.failure} onRetry={reload} />
      </PageFrame>
    );
  }
  const { value } = admission;
  if (value.kind === "admitted") return <>{children(value.visit)}</>;
  return <SignInForm survey={value.survey} signedInElsewhere={value.signedInElsewhere} onSignedIn={reload} />;
};

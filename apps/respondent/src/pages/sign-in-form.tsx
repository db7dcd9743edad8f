import { useState } from "preact/hooks";
import { type Failure, failureOf } from "../api/failure.ts";
import type { PublicSurvey } from "../api/survey-shapes.ts";
import { useApp } from "../ui/app-context.ts";
import { FailureNotice, Notice } from "../ui/notice.tsx";
import { PageFrame } from "../ui/page-frame.tsx";

export interface SignInFormProps {
  readonly survey: PublicSurvey;
  /** Somebody is signed in on this device, but to another survey. */
  readonly signedInElsewhere: boolean;
  readonly onSignedIn: () => void;
}

type Attempt =
  | { readonly state: "idle" }
  | { readonly state: "sending" }
  | { readonly state: "incomplete" }
  | { readonly state: "failed"; readonly failure: Failure };

const useAttempt = ({ survey, onSignedIn }: SignInFormProps) => {
  const { signIn, drafts } = useApp();
  const [attempt, setAttempt] = useState<Attempt>({ state: "idle" });
  const submit = async (form: HTMLFormElement): Promise<void> => {
    if (attempt.state === "sending") return;
    const fields = new FormData(form);
    const [userName, password] = [fields.get("username"), fields.get("password")];
    if (typeof userName !== "string" || typeof password !== "string" || userName === "" || password === "") {
      setAttempt({ state: "incomplete" });
      return;
    }
    setAttempt({ state: "sending" });
    try {
      const person = await signIn.byPassword({ surveyId: survey.slug, userName, password });
      drafts.keepOnly(person.subject);
      onSignedIn();
    } catch (error) {
      setAttempt({ state: "failed", failure: failureOf(error) });
    }
  };
  return [attempt, submit] as const;
};

const PasswordField = () => {
  const { messages } = useApp();
  const [shown, setShown] = useState(false);
  return (
    <div class="field">
      <label for="password">{messages.signIn.password}</label>
      <div class="field-with-button">
        <input
          id="password"
          name="password"
          type={shown ? "text" : "password"}
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck={false}
        />
        <button type="button" class="field-button" aria-pressed={shown} onClick={() => setShown(!shown)}>
          {shown ? messages.signIn.hidePassword : messages.signIn.showPassword}
        </button>
      </div>
    </div>
  );
};

export const SignInForm = (props: SignInFormProps) => {
  const { messages } = useApp();
  const [attempt, submit] = useAttempt(props);
  const text = messages.signIn;
  const sending = attempt.state === "sending";
  return (
    <PageFrame title={text.title} survey={props.survey}>
      <p class="lead">{props.signedInElsewhere ? text.otherSurvey : text.text}</p>
      <form
        class="card form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        {attempt.state === "incomplete" ? <Notice tone="problem">{text.missing}</Notice> : null}
        {attempt.state === "failed" ? <FailureNotice failure={attempt.failure} activity="signing-in" /> : null}
        <div class="field">
          <label for="username">{text.userName}</label>
          <input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck={false} />
        </div>
        <PasswordField />
        <button type="submit" class="button" aria-disabled={sending}>
          {sending ? text.submitting : text.submit}
        </button>
      </form>
      <p class="aside-text">{text.haveLink}</p>
    </PageFrame>
  );
};

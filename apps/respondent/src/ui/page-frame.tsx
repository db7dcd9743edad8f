import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PublicSurvey } from "../api/survey-shapes.ts";
import { useApp } from "./app-context.ts";

export interface PageFrameProps {
  readonly title: string;
  /** Null where no survey is known: the start page and addresses that do not exist. */
  readonly survey: PublicSurvey | null;
  /** At the right of the header: who is signed in, what is being saved. */
  readonly aside?: ComponentChildren;
  /** The heading is in the document for screen readers only, because the content brings its own. */
  readonly quietTitle?: boolean;
  readonly children: ComponentChildren;
}

const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M9 14a7.2 7.2 0 0 1 13-2.2M22.6 7.4v4.6H18M23 18a7.2 7.2 0 0 1-13 2.2M9.4 24.6V20H14" />
  </svg>
);

/** Header, heading and footer of every page; names the browser tab and moves the focus to the heading. */
export const PageFrame = ({ title, survey, aside, quietTitle = false, children }: PageFrameProps) => {
  const { messages } = useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  const tabTitle = survey === null ? title : messages.pageTitle(title, survey.name);
  useEffect(() => {
    document.title = tabTitle;
    heading.current?.focus({ preventScroll: true });
  }, [tabTitle]);
  return (
    <div class="frame">
      <header class="top">
        <div class="top-inner">
          <Mark />
          <span class="top-name">{survey?.name ?? ""}</span>
          <div class="top-aside">{aside}</div>
        </div>
      </header>
      <main class="main">
        <h1 ref={heading} tabIndex={-1} class={quietTitle ? "visually-hidden" : "title"}>
          {title}
        </h1>
        {children}
      </main>
      <footer class="foot">{survey?.supportEmail ? <Support email={survey.supportEmail} /> : null}</footer>
    </div>
  );
};

const Support = ({ email }: { readonly email: string }) => {
  const { messages } = useApp();
  return (
    <p>
      {messages.supportContact} <a href={`mailto:${encodeURIComponent(email).replaceAll("%40", "@")}`}>{email}</a>
    </p>
  );
};

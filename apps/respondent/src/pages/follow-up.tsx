import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../ui/app-context.ts";
import { msUntilNextChange, planRedirect, type RedirectPlan, remainingSeconds } from "./redirect-plan.ts";

export interface FollowUpProps {
  readonly plan: Exclude<RedirectPlan, { kind: "none" }>;
  readonly target: "_self" | "_blank";
  /** Asks the server for the address once more: its ticket is good for five minutes at most. */
  readonly renewUrl: () => Promise<string | null>;
  /** The app goes on by itself; coming back must not repeat that. */
  readonly onLeave: () => void;
}

/** Well below the five minutes of a ticket, so that a slow page at the other end still gets a live one. */
const freshMs = 120_000;

type Phase = "waiting" | "counting" | "stopped" | "leaving" | "opened" | "blocked";

/** Goes there, and says how far it got: a browser may block the new tab. */
const go = (url: string, target: "_self" | "_blank"): Phase => {
  if (target === "_self") {
    location.assign(url);
    return "leaving";
  }
  const tab = open("about:blank", "_blank");
  if (tab === null) return "blocked";
  // Set before the address, so that the other site never gets a handle on this page.
  tab.opener = null;
  tab.location.replace(url);
  return "opened";
};

/** Counts down to `onEnd`; a stopped countdown shows its last number. Hidden tabs are late by their browser's grace. */
const useCountdown = (seconds: number, running: boolean, onEnd: () => void): number => {
  const [left, setLeft] = useState(seconds);
  const deadline = useRef<number | null>(null);
  const end = useRef(onEnd);
  end.current = onEnd;
  useEffect(() => {
    if (!running) return undefined;
    deadline.current ??= performance.now() + seconds * 1000;
    const at = deadline.current;
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      const now = performance.now();
      setLeft(remainingSeconds(at, now));
      if (now >= at) end.current();
      else timer = setTimeout(tick, msUntilNextChange(at, now));
    };
    tick();
    return () => clearTimeout(timer);
  }, [running, seconds]);
  return left;
};

/** The address to use now: the one in hand while it is fresh, else a new one, else the one in hand after all. */
const useFreshUrl = (url: string, renewUrl: FollowUpProps["renewUrl"]) => {
  const held = useRef({ url, at: performance.now() });
  return {
    isFresh: () => performance.now() - held.current.at < freshMs,
    current: () => held.current.url,
    renew: async (): Promise<string> => {
      const renewed = planRedirect({
        followUpUrl: await renewUrl().catch(() => null),
        settings: null,
        alreadyLeft: true,
      });
      if (renewed.kind === "button") held.current = { url: renewed.url, at: performance.now() };
      return held.current.url;
    },
  };
};

/** The way back to whoever sent the respondent: a button, at once, or after a countdown that can be stopped. */
export const FollowUp = ({ plan, target, renewUrl, onLeave }: FollowUpProps) => {
  const { messages } = useApp();
  const fresh = useFreshUrl(plan.url, renewUrl);
  const [phase, setPhase] = useState<Phase>(plan.kind === "countdown" ? "counting" : "waiting");
  const leave = async (): Promise<void> => {
    onLeave();
    setPhase("leaving");
    const url = fresh.isFresh() ? fresh.current() : await fresh.renew();
    setPhase(go(url, target));
  };
  const seconds = plan.kind === "countdown" ? plan.seconds : 0;
  const left = useCountdown(seconds, phase === "counting", () => void leave());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a plan to leave at once is carried out once.
  useEffect(() => {
    if (plan.kind === "now") void leave();
  }, [plan]);
  useEffect(() => {
    // Restored by the Back button, without a reload: the page is here again and stays.
    const restored = (event: PageTransitionEvent): void => {
      if (event.persisted) setPhase("waiting");
    };
    addEventListener("pageshow", restored);
    return () => removeEventListener("pageshow", restored);
  }, []);
  const follow = (event: MouseEvent): void => {
    if (phase === "counting") setPhase("stopped");
    if (fresh.isFresh()) return;
    event.preventDefault();
    void fresh.renew().then((url) => setPhase(go(url, target)));
  };
  return (
    <div class="follow-up">
      {phase === "counting" ? <Countdown host={plan.host} left={left} total={seconds} /> : null}
      <p role="status" class="follow-up-status">
        {phase === "counting" ? messages.thanks.countdown(plan.host) : null}
        {phase === "stopped" ? messages.thanks.stopped : null}
        {phase === "leaving" ? messages.thanks.leaving(plan.host) : null}
        {phase === "opened" ? messages.thanks.opened(plan.host) : null}
        {phase === "blocked" ? messages.thanks.blocked : null}
      </p>
      <a class="button button-wide" href={plan.url} target={target} rel="noopener noreferrer" onClick={follow}>
        {messages.thanks.continueTo(plan.host)}
        {target === "_blank" ? <span class="visually-hidden"> {messages.thanks.opensInNewTab}</span> : null}
      </a>
      {phase === "counting" ? (
        <button type="button" class="link-button" onClick={() => setPhase("stopped")}>
          {messages.thanks.stay}
        </button>
      ) : null}
    </div>
  );
};

/** The number changes every second, which no screen reader should read out; the sentence below says it once. */
const Countdown = ({ left, total }: { readonly host: string; readonly left: number; readonly total: number }) => {
  const { messages } = useApp();
  return (
    <div class="countdown" role="timer" aria-live="off" aria-label={messages.thanks.seconds(left)}>
      <svg viewBox="0 0 64 64" aria-hidden="true">
        <circle cx="32" cy="32" r="28" />
        <circle
          class="countdown-left"
          cx="32"
          cy="32"
          r="28"
          pathLength={1}
          style={{ strokeDashoffset: `${1 - left / total}` }}
        />
      </svg>
      <span>{left}</span>
    </div>
  );
};

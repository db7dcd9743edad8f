import type { RedirectSettings } from "../api/survey-shapes.ts";

/** What the thank-you page does about the way back. */
export type RedirectPlan =
  | { readonly kind: "none" }
  | { readonly kind: "button"; readonly url: string; readonly host: string }
  | { readonly kind: "now"; readonly url: string; readonly host: string }
  | { readonly kind: "countdown"; readonly url: string; readonly host: string; readonly seconds: number };

export interface RedirectFacts {
  readonly followUpUrl: string | null;
  readonly settings: RedirectSettings | null;
  /** The app has already left this page once: coming back with the Back button must not throw the person out again. */
  readonly alreadyLeft: boolean;
}

/** Null unless it is an absolute http(s) address. The server allows no other; this is the second lock on that door. */
const parseWebAddress = (address: string | null): URL | null => {
  if (address === null || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url : null;
};

/** `timer`: 0 = only the button, below 0 = at once, above 0 = after exactly that many seconds (api.md section 4.5). */
export const planRedirect = ({ followUpUrl, settings, alreadyLeft }: RedirectFacts): RedirectPlan => {
  const target = parseWebAddress(followUpUrl);
  if (target === null) return { kind: "none" };
  const way = { url: target.href, host: target.host };
  const seconds = settings?.timer ?? 0;
  if (alreadyLeft || seconds === 0 || Number.isNaN(seconds)) return { kind: "button", ...way };
  return seconds < 0 ? { kind: "now", ...way } : { kind: "countdown", ...way, seconds };
};

/** Whole seconds to show: the full number at the start, 1 until the very end, 0 only when the time has come. */
export const remainingSeconds = (deadlineMs: number, nowMs: number): number =>
  Math.max(0, Math.ceil((deadlineMs - nowMs) / 1000));

/** How long to wait until the shown number changes; browsers cut waits over 2^31-1 ms to nothing, hence the bound. */
export const msUntilNextChange = (deadlineMs: number, nowMs: number): number => {
  const left = deadlineMs - nowMs;
  return left <= 0 ? 0 : left - (remainingSeconds(deadlineMs, nowMs) - 1) * 1000;
};

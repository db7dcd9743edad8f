import type { InvalidMember } from "@roundtrip/contracts/problem";
import type { Environment } from "@roundtrip/contracts/scope";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import { refuseOrigin, refuseRedirectUrl } from "./redirect-url.rules.ts";

interface Dates {
  readonly startDate: string | null;
  readonly endDate: string | null;
}

/** What the schema cannot say of a survey: that its dates are in order, and that its addresses are safe to use. */
export const checkSurvey = (
  survey: Dates,
  settings: SurveySettings,
  environment: Environment,
): readonly InvalidMember[] => [
  ...checkDates(survey),
  ...checkRedirect(settings, environment),
  ...checkAuthUrl(settings, environment),
];

const checkDates = ({ startDate, endDate }: Dates): readonly InvalidMember[] =>
  startDate !== null && endDate !== null && endDate < startDate
    ? [{ loc: ["body", "end_date"], msg: "must not lie before start_date", type: "too_small" }]
    : [];

const checkRedirect = ({ redirect }: SurveySettings, environment: Environment): readonly InvalidMember[] => {
  if (!redirect) return [];
  const origins = redirect.allowed_origins ?? [];
  const allowed = { origins, environment };
  return [
    ...origins.flatMap((origin, index) => fault(["allowed_origins", index], refuseOrigin(origin, environment))),
    ...(redirect.url === null ? [] : fault(["url"], refuseRedirectUrl(redirect.url, allowed))),
    ...Object.entries(redirect.outcomes ?? {}).flatMap(([outcome, url]) =>
      fault(["outcomes", outcome], refuseRedirectUrl(url, allowed)),
    ),
  ];
};

const fault = (path: readonly (string | number)[], msg: string | null): readonly InvalidMember[] =>
  msg === null ? [] : [{ loc: ["body", "settings", "redirect", ...path], msg, type: "not_allowed" }];

const checkAuthUrl = ({ auth_url }: SurveySettings, environment: Environment): readonly InvalidMember[] => {
  const faults: InvalidMember[] = [];
  const add = (member: string, msg: string) =>
    faults.push({ loc: ["body", "settings", "auth_url", member], msg, type: "not_allowed" });
  const charset = auth_url?.charset ?? "";
  if (new Set(charset).size !== charset.length) add("charset", "must not name a character twice");
  const base = auth_url?.base_url ?? null;
  if (base === null) return faults;
  if (!URL.canParse(base) || /[?#\s]/.test(base)) add("base_url", "must be an absolute URL without query and fragment");
  else {
    const msg = refuseOrigin(new URL(base).origin, environment);
    if (msg !== null || base.includes("@")) add("base_url", msg ?? "must not carry a user name or password");
  }
  return faults;
};

import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";

type All<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
type Member<K extends keyof SurveySettings> = NonNullable<SurveySettings[K]>;

/** Settings with every default filled in (api.md 4.7). */
export interface EffectiveSettings {
  readonly user_generation: All<Member<"user_generation">>;
  readonly personal_identifiers: boolean;
  readonly custom_fields: boolean;
  readonly auth_url: All<Member<"auth_url">>;
  readonly limits: All<Member<"limits">>;
  readonly session: All<Member<"session">>;
  readonly redirect: All<Member<"redirect">> | null;
}

export const effectiveSettings = (settings: SurveySettings): EffectiveSettings => ({
  user_generation: {
    mode: "off",
    require: [],
    max_lifetime_seconds: null,
    one_time: false,
    ...settings.user_generation,
  },
  personal_identifiers: settings.personal_identifiers ?? false,
  custom_fields: settings.custom_fields ?? false,
  auth_url: { base_url: null, charset: null, length: 32, ttl_seconds: null, ...settings.auth_url },
  limits: { max_per_day: null, max_total: null, min_interval_seconds: null, ...settings.limits },
  session: { store: true, max_age_seconds: 43_200, fixed: null, ...settings.session },
  redirect: settings.redirect
    ? {
        identifier: null,
        target: "_self",
        timer: 0,
        outcomes: {},
        allowed_origins: [],
        ticket: "jwt",
        ...settings.redirect,
      }
    : null,
});

/** PATCH merges one level deep: a member that is given replaces that member whole, the others stay. */
export const mergeSettings = (stored: SurveySettings, given: SurveySettings): SurveySettings => ({
  ...stored,
  ...given,
});

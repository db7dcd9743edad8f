import type { SettingsChange, SurveySettings } from "@roundtrip/contracts/survey/survey-settings";

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

/**
 * What a change leaves out stays, among the settings and inside each of them, so that naming `mode` alone never loses a
 * rule about tokens. Lists are replaced; `redirect: null` clears it. Null: a redirect would begin without `url`.
 */
export const mergeSettings = (stored: SurveySettings, given: SettingsChange): SurveySettings | null => {
  const { user_generation, auth_url, limits, session, redirect, ...rest } = given;
  const merged: SurveySettings = {
    ...stored,
    ...rest,
    ...(user_generation && { user_generation: { mode: "off", ...stored.user_generation, ...user_generation } }),
    ...(auth_url && { auth_url: { ...stored.auth_url, ...auth_url } }),
    ...(limits && { limits: { ...stored.limits, ...limits } }),
    ...(session && { session: { ...stored.session, ...session } }),
  };
  if (redirect === undefined) return merged;
  if (redirect === null) return { ...merged, redirect };
  const url = redirect.url === undefined ? stored.redirect?.url : redirect.url;
  return url === undefined ? null : { ...merged, redirect: { ...stored.redirect, ...redirect, url } };
};

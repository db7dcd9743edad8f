import { type Static, Type } from "typebox";
import { Closed, Nullable } from "../formats.ts";

const HttpUrl = Type.String({ format: "uri", pattern: "^https?://", maxLength: 2_048 });
const optional = Type.Optional;
const requirableClaims = ["exp", "iat", "aud", "sub", "iss", "jti"] as const;

/** How respondents come to be (api.md 4.1). One explicit setting: clearing a secret never opens a survey. */
const UserGeneration = Closed({
  mode: Type.Union([Type.Literal("off"), Type.Literal("jwt")]),
  /** Claims that a create-user token must carry. */
  require: optional(Type.Array(Type.Enum(requirableClaims), { maxItems: 6, uniqueItems: true })),
  /** `exp` may lie at most this many seconds after `iat` (or now). */
  max_lifetime_seconds: optional(Nullable(Type.Integer({ minimum: 1, maximum: 31_536_000 }))),
  /** Each `jti` counts once. */
  one_time: optional(Type.Boolean()),
});

/** The way back (api.md 4.5). Placeholders in `url` are filled percent-encoded; only `allowed_origins` are ever used. */
const Redirect = Closed({
  url: Nullable(Type.String({ minLength: 1, maxLength: 2_048 })),
  identifier: optional(
    Nullable(Type.String({ pattern: "^(userId|username|custom:[^\\u0000\\p{Surrogate}]{1,128})$" })),
  ),
  target: optional(Type.Union([Type.Literal("_self"), Type.Literal("_blank")])),
  /** 0 = only the button, below 0 = at once, above 0 = after that many seconds. */
  timer: optional(Type.Integer({ minimum: -1, maximum: 86_400 })),
  outcomes: optional(
    Type.Record(
      Type.String({ pattern: "^(completed|screened_out|over_quota|declined|cancelled|expired)$" }),
      Type.String({ minLength: 1, maxLength: 2_048 }),
    ),
  ),
  allowed_origins: optional(Type.Array(HttpUrl, { maxItems: 50 })),
  ticket: optional(Type.Union([Type.Literal("jwt"), Type.Literal("none")])),
});

const otherSettings = {
  /** May names be stored? */
  personal_identifiers: optional(Type.Boolean()),
  /** May custom fields be stored? */
  custom_fields: optional(Type.Boolean()),
  auth_url: optional(
    Closed({
      base_url: optional(Nullable(HttpUrl)),
      charset: optional(Nullable(Type.String({ pattern: "^[A-Za-z0-9_-]{10,64}$" }))),
      length: optional(Type.Integer({ minimum: 12, maximum: 128 })),
      ttl_seconds: optional(Nullable(Type.Integer({ minimum: 60, maximum: 315_360_000 }))),
    }),
  ),
  limits: optional(
    Closed({
      max_per_day: optional(Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 }))),
      max_total: optional(Nullable(Type.Integer({ minimum: 1, maximum: 1_000_000 }))),
      min_interval_seconds: optional(Nullable(Type.Integer({ minimum: 1, maximum: 31_536_000 }))),
    }),
  ),
  session: optional(
    Closed({
      store: optional(Type.Boolean()),
      max_age_seconds: optional(Type.Integer({ minimum: 60, maximum: 31_536_000 })),
      /** `"1d+0h"`: expires that many days after the start, at that hour UTC. */
      fixed: optional(Nullable(Type.String({ pattern: "^[0-9]{1,3}d\\+([01]?[0-9]|2[0-3])h$" }))),
    }),
  ),
};

/** Every member optional. What is not listed is refused, never silently ignored. */
export const SurveySettings = Closed({
  user_generation: optional(UserGeneration),
  ...otherSettings,
  redirect: optional(Nullable(Redirect)),
});

/** `Type.Partial` would open the object otherwise. */
const closed = { additionalProperties: false } as const;

/** What PATCH takes: also of `user_generation` and `redirect` only what shall change. */
export const SettingsChange = Closed({
  user_generation: optional(Type.Partial(UserGeneration, closed)),
  ...otherSettings,
  redirect: optional(Nullable(Type.Partial(Redirect, closed))),
});
export type SettingsChange = Static<typeof SettingsChange>;
export type SurveySettings = Static<typeof SurveySettings>;
export type Redirect = Static<typeof Redirect>;

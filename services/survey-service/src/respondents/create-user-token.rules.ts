import type { EffectiveSettings } from "../surveys/survey-settings.rules.ts";

/** Longer tokens are refused unread. A token with the longest name and twenty custom fields is under 8 KB. */
export const tokenLengthMax = 8_192;
const segments = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)$/;

/** Three base64url segments without padding (RFC 7515 section 3.1); the last is empty for `alg: none`. */
export const looksLikeJwt = (token: string): boolean => {
  if (token.length > tokenLengthMax) return false;
  const match = segments.exec(token);
  // No number of bytes encodes to 1 character more than a multiple of 4.
  return match?.slice(1).every((segment) => segment.length % 4 !== 1) ?? false;
};

/** Why a token that looks right is refused: codes of the problem registry, all of them 403. */
export type TokenRefusal =
  | "jwt_malformed"
  | "jwt_invalid_algorithm"
  | "jwt_expired"
  | "jwt_not_active"
  | "jwt_wrong_audience"
  | "jwt_wrong_subject"
  | "jwt_claim_required"
  | "jwt_lifetime_too_long";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** `header` as parsed; anything that was no JSON comes as `undefined`. */
export const refuseHeader = (header: unknown): TokenRefusal | null => {
  if (!isObject(header) || typeof header["alg"] !== "string") return "jwt_malformed";
  if (header["alg"] !== "HS256" && header["alg"] !== "HS512") return "jwt_invalid_algorithm";
  // RFC 7515 section 4.1.11: extensions that are marked critical and not understood make the token invalid.
  if ("crit" in header) return "jwt_malformed";
  const { typ } = header;
  return typ === undefined || (typeof typ === "string" && typ.toUpperCase() === "JWT") ? null : "jwt_malformed";
};

/** Of a header that `refuseHeader` lets pass. */
export const hashOf = (header: unknown): "sha256" | "sha512" =>
  isObject(header) && header["alg"] === "HS512" ? "sha512" : "sha256";

export interface TokenExpectations {
  readonly now: Date;
  readonly slug: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly policy: EffectiveSettings["user_generation"];
}

/** The standard claims and the survey's policy, in the order of api.md 4.1. No clock tolerance: the sender chooses `exp`. */
export const refuseStandardClaims = (payload: Json, expected: TokenExpectations): TokenRefusal | null =>
  refuseTimes(payload, expected.now) ??
  refuseAudience(payload["aud"], expected.publicUrl) ??
  refuseSubject(payload["sub"], expected.slug) ??
  refuseByPolicy(payload, expected);

const seconds = (now: Date): number => Math.floor(now.getTime() / 1_000);

const refuseTimes = (payload: Json, now: Date): TokenRefusal | null => {
  const { exp, nbf } = payload;
  for (const time of [exp, nbf, payload["iat"]]) {
    if (time !== undefined && !Number.isFinite(time)) return "jwt_malformed";
  }
  if (typeof exp === "number" && exp <= seconds(now)) return "jwt_expired";
  return typeof nbf === "number" && nbf > seconds(now) ? "jwt_not_active" : null;
};

const refuseAudience = (aud: unknown, publicUrl: string): TokenRefusal | null => {
  if (aud === undefined) return null;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.some((one) => one === publicUrl || one === `${publicUrl}/`) ? null : "jwt_wrong_audience";
};

const refuseSubject = (sub: unknown, slug: string): TokenRefusal | null =>
  sub === undefined || (typeof sub === "string" && sub.toLowerCase() === slug) ? null : "jwt_wrong_subject";

const refuseByPolicy = (payload: Json, { policy, now }: TokenExpectations): TokenRefusal | null => {
  const missing = policy.require.some((claim) => payload[claim] === undefined || payload[claim] === null);
  if (missing || (policy.one_time && readJti(payload) === null)) return "jwt_claim_required";
  if (policy.max_lifetime_seconds === null) return null;
  const { exp, iat } = payload;
  // An `iat` in the future must not buy a longer life.
  const from = typeof iat === "number" ? Math.min(iat, seconds(now)) : seconds(now);
  return typeof exp === "number" && exp - from <= policy.max_lifetime_seconds ? null : "jwt_lifetime_too_long";
};

/** A `jti` that can be remembered: a text of 1 to 256 characters. */
export const readJti = (payload: Json): string | null => {
  const { jti } = payload;
  return typeof jti === "string" && jti !== "" && jti.length <= 256 && !/\0|\p{Surrogate}/u.test(jti) ? jti : null;
};

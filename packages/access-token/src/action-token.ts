import { ActionTokenClaims, actionTokenSecondsMax } from "@roundtrip/contracts/auth/action-token-claims";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { importJWK, type JWTHeaderParameters, jwtVerify } from "jose";
import { Compile } from "typebox/compile";
import type { AuthenticatorOptions, KeySet } from "./authenticator.ts";
import { isForAccessTokens, looksLikeToken } from "./token.rules.ts";

/** `typ` and `aud` of their own (RFC 8725 section 3.11): no other token of ours passes as an action token, and none as another. */
export const actionTokenType = "uat+jwt";
export const actionTokenAudience = "roundtrip-action";

const claims = Compile(ActionTokenClaims);
/** Clocks of machines differ; a token may be this much ahead or late. */
const skewSeconds = 5;

export interface ActionTokenOptions extends Pick<AuthenticatorOptions, "issuer" | "keySet"> {
  readonly clock?: () => Date;
}

/**
 * The claims of a good action token, or null whatever is wrong with it. Says nothing about its API key: whoever lets it in
 * asks about that (`create-authenticator.ts`).
 */
export const readActionToken = async (options: ActionTokenOptions, text: string): Promise<ActionTokenClaims | null> => {
  if (!looksLikeToken(text)) return null;
  const now = options.clock?.() ?? new Date();
  try {
    const { payload } = await jwtVerify(text, (header) => findKey(options.keySet, header), {
      algorithms: ["ES256"],
      issuer: options.issuer,
      audience: actionTokenAudience,
      typ: actionTokenType,
      requiredClaims: ["sub", "client_id", "scope", "iat", "exp", "jti"],
      clockTolerance: skewSeconds,
      currentDate: now,
    });
    return claims.Check(payload) && isTimely(payload, now) ? payload : null;
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    return null;
  }
};

/** The library accepts an `iat` in the future and an `exp` in the year 9999. */
const isTimely = (payload: ActionTokenClaims, now: Date): boolean =>
  payload.iat <= now.getTime() / 1_000 + skewSeconds && payload.exp - payload.iat <= actionTokenSecondsMax;

/** Only keys that auth-service signs with: the set also holds those that sign return tickets. */
const findKey = async (keySet: KeySet, header: JWTHeaderParameters) => {
  const jwk = typeof header.kid === "string" ? await keySet.findJwk(header.kid) : null;
  if (!jwk || !isForAccessTokens(jwk)) throw new Error("no key of ours");
  return importJWK(jwk, "ES256");
};

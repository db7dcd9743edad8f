import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { type JWTHeaderParameters, jwtVerify } from "jose";
import type { AuthenticatorOptions, KeySet } from "./authenticator.ts";
import { isForAccessTokens, looksLikeToken } from "./token.rules.ts";

export interface SignedTokenOptions extends Pick<AuthenticatorOptions, "issuer" | "keySet"> {
  readonly clock?: () => Date;
}

/** What tells one kind of token from the others (RFC 8725 section 3.11), and how long one may live. */
export interface SignedTokenKind<C> {
  readonly typ: string;
  readonly audience: string;
  readonly secondsMax: number;
  readonly isClaims: (payload: unknown) => payload is C;
}

interface Timed {
  readonly iat: number;
  readonly exp: number;
}

/** Clocks of machines differ; a token may be this much ahead or late. */
const skewSeconds = 5;

/**
 * The claims of a token of this kind that is good now, or null whatever is wrong with it. Throws `DependencyUnavailable`
 * while no key has ever been loaded.
 */
export const readSignedToken = async <C extends Timed>(
  options: SignedTokenOptions,
  kind: SignedTokenKind<C>,
  text: string,
): Promise<C | null> => {
  if (!looksLikeToken(text)) return null;
  const now = options.clock?.() ?? new Date();
  try {
    const { payload } = await jwtVerify(text, (header) => findKey(options.keySet, header), {
      algorithms: ["ES256"],
      issuer: options.issuer,
      audience: kind.audience,
      typ: kind.typ,
      requiredClaims: ["sub", "client_id", "iat", "exp", "jti"],
      clockTolerance: skewSeconds,
      currentDate: now,
    });
    return kind.isClaims(payload) && isTimely(payload, kind.secondsMax, now) ? payload : null;
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    return null;
  }
};

/** The library accepts an `iat` in the future and an `exp` in the year 9999. */
const isTimely = ({ iat, exp }: Timed, secondsMax: number, now: Date): boolean =>
  iat <= now.getTime() / 1_000 + skewSeconds && exp - iat <= secondsMax;

/**
 * Only keys that auth-service signs with: the set also holds those that sign return tickets. It answers the same object as
 * long as it knows the key, which the library imports once.
 */
const findKey = async (keySet: KeySet, header: JWTHeaderParameters) => {
  const jwk = typeof header.kid === "string" ? await keySet.findJwk(header.kid) : null;
  if (!jwk || !isForAccessTokens(jwk)) throw new Error("no key of ours");
  return jwk;
};

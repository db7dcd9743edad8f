import type { KeySet } from "@roundtrip/access-token/authenticator";
import { isForAccessTokens, looksLikeToken, tokenAudience, tokenType } from "@roundtrip/access-token/token.rules";
import { Uuid } from "@roundtrip/contracts/formats";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { type JWTHeaderParameters, jwtVerify } from "jose";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { uuidv7 } from "uuidv7";
import type { SigningKeys } from "../keys/signing-keys.ts";
import type { Subject } from "./find-subject.ts";

/** `sid` is the sign-in, `jti` the row in `refresh_tokens`. The signature proves that we made it; the row says what it is worth. */
const RefreshClaims = Type.Object({
  iss: Type.String(),
  aud: Type.Literal("roundtrip-refresh"),
  sub: Uuid,
  sid: Uuid,
  jti: Uuid,
  iat: Type.Integer(),
  exp: Type.Integer(),
});
export type RefreshClaims = Static<typeof RefreshClaims>;

export interface NewRefreshToken {
  readonly signInId: string;
  readonly refreshTokenId: string;
  readonly subjectId: string;
  readonly expiresAt: Date;
}

export interface TokenIssuer {
  accessToken(subject: Subject, signInId: string): Promise<string>;
  refreshToken(token: NewRefreshToken): Promise<string>;
  /** Null for anything that is not one of our unexpired refresh tokens. */
  readRefreshToken(text: string | undefined): Promise<RefreshClaims | null>;
}

export interface TokenIssuerDeps {
  readonly signingKeys: SigningKeys;
  readonly keySet: KeySet;
  readonly clock: () => Date;
  readonly issuer: string;
  readonly accessTokenSeconds: number;
}

const refreshTokenType = "rt+jwt";
const refreshAudience = "roundtrip-refresh";
const refreshClaims = Compile(RefreshClaims);

export const createTokenIssuer = (deps: TokenIssuerDeps): TokenIssuer => {
  const nowSeconds = () => Math.floor(deps.clock().getTime() / 1_000);
  return {
    accessToken: (subject, signInId) => {
      const iat = nowSeconds();
      const common = { iss: deps.issuer, aud: tokenAudience, client_id: "roundtrip", jti: uuidv7(), sid: signInId };
      return deps.signingKeys.sign(tokenType, { ...common, iat, exp: iat + deps.accessTokenSeconds, ...subject });
    },
    refreshToken: (token) =>
      deps.signingKeys.sign(refreshTokenType, {
        iss: deps.issuer,
        aud: refreshAudience,
        sub: token.subjectId,
        sid: token.signInId,
        jti: token.refreshTokenId,
        iat: nowSeconds(),
        exp: Math.floor(token.expiresAt.getTime() / 1_000),
      }),
    readRefreshToken: async (text) => {
      if (text === undefined || !looksLikeToken(text)) return null;
      const payload = await verifyOrNull(deps, text);
      return refreshClaims.Check(payload) ? payload : null;
    },
  };
};

const verifyOrNull = async (deps: TokenIssuerDeps, text: string): Promise<unknown> => {
  try {
    const { payload } = await jwtVerify(text, (header) => findOwnKey(deps.keySet, header), {
      algorithms: ["ES256"],
      issuer: deps.issuer,
      audience: refreshAudience,
      typ: refreshTokenType,
      requiredClaims: ["sub", "sid", "jti", "iat", "exp"],
      currentDate: deps.clock(),
      clockTolerance: 5,
    });
    return payload;
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    return null;
  }
};

/**
 * Only keys of our own: a key that signs return tickets signs no refresh token. The set answers the same object as long as
 * it knows the key, and jose imports an object once, which is half of a verification's time.
 */
const findOwnKey = async (keySet: KeySet, header: JWTHeaderParameters) => {
  const jwk = typeof header.kid === "string" ? await keySet.findJwk(header.kid) : null;
  if (!jwk || !isForAccessTokens(jwk)) throw new Error("no key of ours");
  return jwk;
};

import type { KeyObject } from "node:crypto";
import type { KeySet } from "@roundtrip/access-token/authenticator";
import { isForAccessTokens, looksLikeToken, tokenAudience, tokenType } from "@roundtrip/access-token/token.rules";
import { Uuid } from "@roundtrip/contracts/formats";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";
import { uuidv7 } from "uuidv7";
import { importPublicKey, openToken, readTokenHeader } from "../keys/es256.ts";
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
  /** We set none; one that is there holds. */
  nbf: Type.Optional(Type.Number()),
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
  const findKey = createKeyFinder(deps.keySet);
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
      return readClaims({ ...deps, findKey }, text);
    },
  };
};

/** Clocks of replicas differ by so much. */
const skewSeconds = 5;

type ReadDeps = TokenIssuerDeps & { readonly findKey: (kid: string) => Promise<KeyObject | null> };

/** The signature first, then what it was made for; null whatever is wrong. */
const readClaims = async (deps: ReadDeps, text: string): Promise<RefreshClaims | null> => {
  const header = readTokenHeader(text, refreshTokenType);
  const key = header && (await deps.findKey(header.kid));
  const claims = key && openToken(key, text);
  if (!refreshClaims.Check(claims) || claims.iss !== deps.issuer) return null;
  const nowSeconds = deps.clock().getTime() / 1_000;
  const isTimely = claims.exp > nowSeconds - skewSeconds && (claims.nbf ?? 0) <= nowSeconds + skewSeconds;
  return isTimely ? claims : null;
};

/**
 * Only keys of our own: a key that signs return tickets signs no refresh token. The set answers the same object as long as
 * it knows the key, so each is imported once.
 */
const createKeyFinder = (keySet: KeySet) => {
  const imported = new WeakMap<object, KeyObject>();
  return async (kid: string): Promise<KeyObject | null> => {
    const jwk = await keySet.findJwk(kid);
    if (!jwk || !isForAccessTokens(jwk)) return null;
    const key = imported.get(jwk) ?? importPublicKey(jwk);
    imported.set(jwk, key);
    return key;
  };
};

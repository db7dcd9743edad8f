import { randomUUID } from "node:crypto";
import type { AccountClaims, RespondentClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { ActionTokenClaims } from "@roundtrip/contracts/auth/action-token-claims";
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from "jose";
import { actionTokenAudience, actionTokenType } from "./action-token.ts";
import type { KeySet } from "./authenticator.ts";
import { createKeySet } from "./key-set.ts";
import { accessTokenUse, tokenAudience, tokenType } from "./token.rules.ts";

/** For tests of services that only verify: a signing key of one's own, with the key set that knows it. */
export interface TestIssuer {
  readonly issuer: string;
  readonly keySet: KeySet;
  readonly jwk: JWK;
  respondentToken(claims: TestClaims<RespondentClaims>): Promise<string>;
  accountToken(claims: TestClaims<AccountClaims>): Promise<string>;
  actionToken(claims: Partial<ActionTokenClaims> & Omit<ActionTokenClaims, CommonClaim>): Promise<string>;
  /** Signs whatever it is given, for hostile tokens; text goes in as it is. */
  sign(
    payload: Readonly<Record<string, unknown>> | string,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

type CommonClaim = "iss" | "aud" | "iat" | "exp" | "jti";

/** What every token has in common is filled in, and can be overridden. */
type TestClaims<C> = Partial<C> & Omit<C, "iss" | "aud" | "client_id" | "iat" | "exp" | "jti" | "sid" | "kind">;

export const createTestIssuer = async (issuer: string): Promise<TestIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  const jwk = { ...bare, kid, alg: "ES256", use: "sig", roundtrip_use: accessTokenUse };
  const sign: TestIssuer["sign"] = (payload, header = {}) =>
    new CompactSign(Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)))
      .setProtectedHeader({ alg: "ES256", typ: tokenType, kid, ...header })
      .sign(privateKey, { crit: { b64: true } });
  const common = () => {
    const iat = Math.floor(Date.now() / 1_000);
    return {
      iss: issuer,
      aud: tokenAudience,
      client_id: "roundtrip",
      iat,
      exp: iat + 600,
      jti: randomUUID(),
      sid: randomUUID(),
    };
  };
  return {
    issuer,
    jwk,
    keySet: createKeySet({ load: async () => [jwk], log: { warn: () => undefined } }),
    respondentToken: (claims) => sign({ ...common(), kind: "respondent", ...claims }),
    accountToken: (claims) => sign({ ...common(), kind: "account", ...claims }),
    actionToken: (claims) =>
      sign({ ...common(), aud: actionTokenAudience, exp: common().iat + 7_200, ...claims }, { typ: actionTokenType }),
    sign,
  };
};

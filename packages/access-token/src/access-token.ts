import { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import { Compile } from "typebox/compile";
import { readSignedToken, type SignedTokenOptions } from "./signed-token.ts";
import { accessTokenSecondsMax, tokenAudience, tokenType } from "./token.rules.ts";

const claims = Compile(AccessTokenClaims);
const kind = {
  typ: tokenType,
  audience: tokenAudience,
  secondsMax: accessTokenSecondsMax,
  isClaims: (payload: unknown): payload is AccessTokenClaims => claims.Check(payload),
};

/** The claims of a good access token that came as text, not as the credential of a request; null for anything else. */
export const readAccessToken = (options: SignedTokenOptions, text: string): Promise<AccessTokenClaims | null> =>
  readSignedToken(options, kind, text);

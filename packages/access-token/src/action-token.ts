import { ActionTokenClaims, actionTokenSecondsMax } from "@roundtrip/contracts/auth/action-token-claims";
import { Compile } from "typebox/compile";
import { readSignedToken, type SignedTokenOptions } from "./signed-token.ts";

/** `typ` and `aud` of their own: no other token of ours passes as an action token, and none of these as another. */
export const actionTokenType = "uat+jwt";
export const actionTokenAudience = "roundtrip-action";

const claims = Compile(ActionTokenClaims);
const kind = {
  typ: actionTokenType,
  audience: actionTokenAudience,
  secondsMax: actionTokenSecondsMax,
  isClaims: (payload: unknown): payload is ActionTokenClaims => claims.Check(payload),
};

/**
 * The claims of a good action token, or null. Says nothing about its API key: whoever lets it in asks about that
 * (`create-authenticator.ts`).
 */
export const readActionToken = (options: SignedTokenOptions, text: string): Promise<ActionTokenClaims | null> =>
  readSignedToken(options, kind, text);

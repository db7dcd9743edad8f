import { generateAuthenticationOptions } from "@simplewebauthn/server";
import { type ChallengeDeps, challengeLifeMs, openChallenge } from "./open-challenge.ts";
import { relyingParty } from "./relying-party.rules.ts";

export interface StartPasskeySignInDeps extends ChallengeDeps {
  /** The public URL. */
  readonly issuer: string;
}

/** What `navigator.credentials.get()` is to be asked. Names no account and no passkey: the authenticator knows its own. */
export const startPasskeySignIn = async (deps: StartPasskeySignInDeps) => {
  const options = await generateAuthenticationOptions({
    rpID: relyingParty(deps.issuer).id,
    timeout: challengeLifeMs,
    userVerification: "required",
  });
  const ceremony = { purpose: "passkey_sign_in", accountId: null } as const;
  return { challengeId: await openChallenge(deps, ceremony, options.challenge), options };
};

import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import { Problem } from "@roundtrip/http-problem/problem";
import { findStaffSubject, type Subject } from "../sign-ins/find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "../sign-ins/open-sign-in.ts";
import { recordFailedSignIn } from "../sign-ins/record-sign-in-outcome.ts";
import { spendChallenge } from "./open-challenge.ts";
import { findPasskey, type PasskeyCredential, usePasskey } from "./passkey.store.ts";
import { relyingParty } from "./relying-party.rules.ts";
import { verifyAssertion } from "./verify-assertion.ts";

export interface PasskeySignInDeps extends SignInDeps {
  /** The public URL. */
  readonly issuer: string;
}

export interface PasskeySignIn {
  readonly challengeId: string;
  readonly response: WebAuthnResponse;
}

/**
 * Signs in with what the authenticator has signed; no second factor is asked, because it has verified its user. Throws
 * `sign_in_failed`, for every reason alike; the audit log knows which it was.
 */
export const signInWithPasskey = async (
  deps: PasskeySignInDeps,
  given: PasskeySignIn,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const passkey = await findPasskey(deps.db, given.response.id);
  const outcome = await trySignIn(deps, passkey, given);
  if (typeof outcome !== "string")
    return openSignIn(deps, { subject: outcome, method: "passkey", customerId: null }, source);
  const target = {
    kind: "account",
    id: passkey?.account_id ?? null,
    customerIds: passkey?.customer_ids ?? [],
  } as const;
  const failed = { method: "passkey", target, reason: outcome } as const;
  await recordFailedSignIn(deps.db, failed, { source, now: deps.clock() });
  throw new Problem("sign_in_failed", { cause: outcome });
};

type Refusal = "challenge" | "unknown" | "not_verified" | "counter_went_back" | "disabled";

/** Whoever has signed in, or why nobody has. The challenge is spent either way. */
const trySignIn = async (
  deps: PasskeySignInDeps,
  passkey: PasskeyCredential | null,
  { challengeId, response }: PasskeySignIn,
): Promise<Subject | Refusal> => {
  const ceremony = { purpose: "passkey_sign_in", accountId: null } as const;
  const challenge = await spendChallenge(deps, ceremony, challengeId);
  if (!challenge) return "challenge";
  if (!passkey) return "unknown";
  const { account_id: accountId, credential_id: credentialId, public_key: publicKey, passkey_id: passkeyId } = passkey;
  const known = { accountId, credentialId, publicKey };
  const counter = await verifyAssertion(relyingParty(deps.issuer), { challenge, known }, response);
  if (counter === null) return "not_verified";
  if (!(await usePasskey(deps.db, { passkeyId, counter, now: deps.clock() }))) return "counter_went_back";
  return (await findStaffSubject(deps.db, accountId)) ?? "disabled";
};

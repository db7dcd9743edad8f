import { Problem } from "@roundtrip/http-problem/problem";
import { generateRegistrationOptions } from "@simplewebauthn/server";
import { type CheckPresenceDeps, checkPresence, type Presence } from "../second-factor/check-presence.ts";
import { findSecondFactor } from "../second-factor/second-factor.store.ts";
import { challengeLifeMs, openChallenge } from "./open-challenge.ts";
import { listPasskeys, passkeysMax } from "./passkey.store.ts";
import { passkeyAlgorithms, relyingParty, userHandle } from "./relying-party.rules.ts";

export interface StartPasskeyRegistrationDeps extends CheckPresenceDeps {
  /** The public URL. */
  readonly issuer: string;
}

/**
 * What `navigator.credentials.create()` is to be asked. Throws `too_many_passkeys`, or what `checkPresence` throws: a passkey
 * is a way in for good.
 */
export const startPasskeyRegistration = async (deps: StartPasskeyRegistrationDeps, presence: Presence) => {
  const { accountId } = presence;
  const account = await findSecondFactor(deps.db, accountId);
  if (!account) throw new Problem("unauthorized");
  await checkPresence(deps, account, presence);
  const known = await listPasskeys(deps.db, accountId);
  if (known.length >= passkeysMax) throw new Problem("too_many_passkeys");
  const party = relyingParty(deps.issuer);
  const options = await generateRegistrationOptions({
    rpID: party.id,
    rpName: party.name,
    userID: new Uint8Array(Buffer.from(userHandle(accountId), "base64url")),
    userName: account.email,
    userDisplayName: account.email,
    timeout: challengeLifeMs,
    attestationType: "none",
    excludeCredentials: known.map((row) => ({ id: row.credential_id, transports: [...row.transports] })),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    supportedAlgorithmIDs: [...passkeyAlgorithms],
  });
  const challengeId = await openChallenge(deps, { purpose: "passkey_registration", accountId }, options.challenge);
  return { challengeId, options };
};

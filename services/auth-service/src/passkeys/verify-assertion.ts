import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import { verifyAuthenticationResponse } from "@simplewebauthn/server";
import { type RelyingParty, userHandle } from "./relying-party.rules.ts";
import { isFramed } from "./verify-registration.ts";

export interface KnownCredential {
  readonly accountId: string;
  readonly credentialId: string;
  readonly publicKey: string;
}

/**
 * The signature counter, or null when the authenticator's answer does not fit (WebAuthn Level 3, section 7.2). Never throws:
 * the answer is hostile. Whether the counter goes on is for the caller to see, with the database.
 */
export const verifyAssertion = async (
  party: RelyingParty,
  { challenge, known }: { readonly challenge: string; readonly known: KnownCredential },
  given: WebAuthnResponse,
): Promise<number | null> => {
  try {
    return await verify(party, { challenge, known }, given);
  } catch {
    return null;
  }
};

const verify = async (
  party: RelyingParty,
  { challenge, known }: { readonly challenge: string; readonly known: KnownCredential },
  { id, rawId, type, response }: WebAuthnResponse,
): Promise<number | null> => {
  const { clientDataJSON, authenticatorData, signature } = response;
  if (authenticatorData === undefined || signature === undefined || isFramed(clientDataJSON)) return null;
  // Nobody was named before, so the authenticator must say whose key it is (section 7.2, step 6).
  if (response.userHandle !== userHandle(known.accountId)) return null;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id,
      rawId,
      type,
      clientExtensionResults: {},
      response: { clientDataJSON, authenticatorData, signature },
    },
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    credential: {
      id: known.credentialId,
      publicKey: new Uint8Array(Buffer.from(known.publicKey, "base64url")),
      // Below every counter, so that one that goes back comes through to the caller, who writes it down.
      counter: 0,
    },
  });
  return verified ? authenticationInfo.newCounter : null;
};

import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import { verifyRegistrationResponse } from "@simplewebauthn/server";
import { decodeAttestationObject, decodeClientDataJSON } from "@simplewebauthn/server/helpers";
import { passkeyAlgorithms, type RelyingParty } from "./relying-party.rules.ts";

export interface RegisteredCredential {
  readonly credentialId: string;
  /** COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
}

/** Null when the authenticator's answer does not fit (WebAuthn Level 3, section 7.1). Never throws: the answer is hostile. */
export const verifyRegistration = async (
  party: RelyingParty,
  challenge: string,
  given: WebAuthnResponse,
): Promise<RegisteredCredential | null> => {
  try {
    return await verify(party, challenge, given);
  } catch {
    return null;
  }
};

const verify = async (
  party: RelyingParty,
  challenge: string,
  { id, rawId, type, response }: WebAuthnResponse,
): Promise<RegisteredCredential | null> => {
  const { clientDataJSON, attestationObject } = response;
  if (attestationObject === undefined || isFramed(clientDataJSON) || hasCertificates(attestationObject)) return null;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: { id, rawId, type, clientExtensionResults: {}, response: { clientDataJSON, attestationObject } },
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: true,
    supportedAlgorithmIDs: [...passkeyAlgorithms],
  });
  if (!verified || registrationInfo.credential.id !== id) return null;
  const { credential } = registrationInfo;
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString("base64url"),
    counter: credential.counter,
  };
};

/** Asked for by a page inside of another site's page. None of ours does that. */
export const isFramed = (clientDataJSON: string): boolean => {
  const { crossOrigin, topOrigin } = decodeClientDataJSON(clientDataJSON);
  return crossOrigin === true || topOrigin !== undefined;
};

/**
 * We ask for no attestation, and a browser then sends none, or a signature by the new key itself. A statement with
 * certificates is made by hand: the library would fetch the addresses inside of it (revocation lists) for whoever wrote it.
 */
const hasCertificates = (attestationObject: string): boolean => {
  const decoded = decodeAttestationObject(new Uint8Array(Buffer.from(attestationObject, "base64url")));
  const format = decoded.get("fmt");
  return format !== "none" && (format !== "packed" || decoded.get("attStmt").get("x5c") !== undefined);
};

/** Who we are to an authenticator (WebAuthn Level 3, section 4). */
export interface RelyingParty {
  /** The host of the public URL: passkeys are bound to it and do not survive its change. */
  readonly id: string;
  readonly name: string;
  /** The one origin whose pages may ask. */
  readonly origin: string;
}

/** From the public URL. */
export const relyingParty = (publicUrl: string): RelyingParty => {
  const { hostname, origin } = new URL(publicUrl);
  return { id: hostname, name: "Roundtrip", origin };
};

/** COSE: EdDSA, ES256, and RS256 for Windows Hello (RFC 9053, RFC 8812). */
export const passkeyAlgorithms: readonly number[] = [-8, -7, -257];

/** What the authenticator gives back at a sign-in instead of a name: the account's id as its 16 bytes, base64url. */
export const userHandle = (accountId: string): string =>
  Buffer.from(accountId.replaceAll("-", ""), "hex").toString("base64url");

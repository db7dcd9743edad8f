/** What only the browser's round trip and we know. */
export interface RoundTripSecrets {
  readonly state: string;
  readonly nonce: string;
  /** PKCE (RFC 7636). */
  readonly verifier: string;
}

export interface RoundTripStart extends RoundTripSecrets {
  /** Where to send the browser. */
  readonly url: string;
}

/** Whom the provider has signed in. */
export interface ProvenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Null unless the provider says that it has verified it. Throws `dependency_unavailable`. */
  findVerifiedEmail(): Promise<string | null>;
}

/** `refused` is a word for the audit log; the caller never sees it. */
export type Redemption = ProvenIdentity | { readonly refused: string };

/** The staff's own OpenID provider. Both throw `dependency_unavailable` when it does not answer in time. */
export interface OpenidProvider {
  start(): Promise<RoundTripStart>;
  /** `query` is what the browser has brought back. */
  redeem(query: Readonly<Record<string, string>>, secrets: RoundTripSecrets): Promise<Redemption>;
}

export interface Oidc {
  readonly provider: OpenidProvider;
  /** An account that is linked with nobody is linked with whoever proves its e-mail at the provider. */
  readonly trustEmail: boolean;
}

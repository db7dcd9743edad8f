import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { VerifiedCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { Access, CallerOf } from "@roundtrip/contracts/operation";
import type { FastifyRequest } from "fastify";
import type { JWK } from "jose";
import type { Static } from "typebox";

/** Turns a request into its caller, or throws `unauthorized`, `forbidden`, `origin_not_allowed`. One per service. */
export interface Authenticator {
  none(request: FastifyRequest): Promise<null>;
  respondent(request: FastifyRequest, access: AccessOf<"respondent">): Promise<CallerOf<AccessOf<"respondent">>>;
  account(request: FastifyRequest, access: AccessOf<"account">): Promise<CallerOf<AccessOf<"account">>>;
  /**
   * One credential decides, the first of `X-API-Key`, `X-Auth-Token` and `Authorization` that is there; the others are not
   * looked at, even when it is refused. `Authorization: Token` is an action token, `Bearer rt_pat_...` a personal access
   * token, any other `Bearer` an access token. Accounts and their tokens name `X-Workspace: live|dev|<workspace id>`.
   */
  workspace(request: FastifyRequest, access: AccessOf<"workspace">): Promise<CallerOf<AccessOf<"workspace">>>;
}

type AccessOf<K extends Access["kind"]> = Extract<Access, { kind: K }>;

export interface AuthenticatorOptions {
  /** The public URL: the only issuer that is believed. */
  readonly issuer: string;
  readonly keySet: KeySet;
  /** auth-service answers from its database, the others over the bus with a cache (`credential-verifier.ts`). */
  readonly verifyCredential: (question: CredentialQuestion) => Promise<Verified | null>;
  /**
   * Whether an access token that is good by itself has been ended before its time. auth-service looks into its database, the
   * others hear of it over the bus (`cut-off.ts`).
   */
  readonly isEnded: (claims: AccessTokenClaims) => boolean | Promise<boolean>;
}

/** An API key or personal access token itself, or the id of the API key that an action token was made with. */
export type CredentialQuestion = { readonly credential: string } | { readonly api_key_id: string };

/** What a good credential is worth at this moment. */
export type Verified = Static<typeof VerifiedCredential>;

/** The public signing keys, from auth-service over the bus; kept when it is away, read again when a new `kid` turns up. */
export interface KeySet {
  /** The key as PEM (SPKI), or null when nobody knows the `kid`. At most one reload per 5 s for unknown ones. */
  findPem(kid: string): Promise<string | null>;
  findJwk(kid: string): Promise<JWK | null>;
  reload(): Promise<void>;
}

import { Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { rpc } from "../rpc.ts";
import { Membership } from "./access-token-claims.ts";

/** The rights behind an API key. */
export const VerifiedApiKey = Closed({
  credential_id: Uuid,
  kind: Type.Literal("api_key"),
  workspace_id: Uuid,
  customer_id: Uuid,
  environment: Type.Union([Type.Literal("live"), Type.Literal("dev")]),
  scopes: Type.Array(Type.String()),
  allowed_origins: Type.Array(Type.String()),
  /** Null for a key that lasts until it is revoked. Whoever caches the answer stops using it then. */
  expires_at: Nullable(Instant),
});

const Origins = Type.Array(Type.String());

/**
 * The rights behind a personal access token: its scopes, and what its owner may do at this moment. A token opens live
 * workspaces as well as dev ones, so pages may use it only at the origins that the workspace in hand allows.
 */
export const VerifiedPersonalAccessToken = Closed({
  credential_id: Uuid,
  kind: Type.Literal("personal_access_token"),
  account_id: Uuid,
  memberships: Type.Array(Closed({ ...Membership.properties, live_origins: Origins, dev_origins: Origins }), {
    maxItems: 50,
  }),
  scopes: Type.Array(Type.String()),
  expires_at: Nullable(Instant),
});

/** The answer for an unknown, malformed, expired or revoked credential is `null`. */
export const VerifiedCredential = Type.Union([VerifiedApiKey, VerifiedPersonalAccessToken]);

/**
 * By the SHA-256 (hex) of the credential, so that no secret goes over the bus, or by the id of the API key that an action
 * token says it was made with. Callers cache a positive answer for 30 s, and use it for 5 minutes while auth-service is away.
 */
export const verifyCredential = rpc({
  subject: "rpc.auth.verify-credential",
  owner: "auth-service",
  callers: ["survey-service", "notify-service"],
  request: Type.Union([
    Closed({
      kind: Type.Union([Type.Literal("api_key"), Type.Literal("personal_access_token")]),
      credential_sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    }),
    Closed({ api_key_id: Uuid }),
  ]),
  reply: Closed({ verified: Nullable(VerifiedCredential) }),
});

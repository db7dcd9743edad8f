import { Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { rpc } from "../rpc.ts";

/** The rights behind an API key. The answer for an unknown, malformed, expired or revoked key is `null`. */
export const VerifiedCredential = Closed({
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

/** Callers cache a positive answer for 30 s, and use it for 5 minutes while auth-service is away. */
export const verifyCredential = rpc({
  subject: "rpc.auth.verify-credential",
  owner: "auth-service",
  callers: ["survey-service", "notify-service"],
  request: Closed({ credential: Type.String({ maxLength: 256 }) }),
  reply: Closed({ verified: Nullable(VerifiedCredential) }),
});

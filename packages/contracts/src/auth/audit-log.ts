import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";

/** Everything that is written down: every outcome of an authentication, every change by staff or by ourselves. */
export const auditActions = [
  "sign_in.succeeded",
  "sign_in.failed",
  "sign_in.throttled",
  "sign_in.ended",
  "sign_in.token_reused",
  "password.changed",
  "password.reset_requested",
  "password.reset",
  "second_factor.started",
  "second_factor.confirmed",
  "second_factor.removed",
  "recovery_code.used",
  "recovery_codes.replaced",
  "passkey.created",
  "passkey.deleted",
  "identity.linked",
  "identity.unlinked",
  "personal_access_token.created",
  "personal_access_token.revoked",
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
  "action_token.created",
  "account.created",
  "account.updated",
  "account.removed",
  "profile.updated",
  "invitation.created",
  "invitation.revoked",
  "invitation.accepted",
  "customer.created",
  "customer.updated",
  "workspace.updated",
  "audit_log.exported",
  "audit_log.pruned",
  "signing_key.created",
  "signing_key.activated",
  "signing_key.retired",
  "signing_key.dropped",
] as const;
export type AuditAction = (typeof auditActions)[number];
export const AuditActionName = Type.Unsafe<AuditAction>({ type: "string", enum: auditActions });

/** Who did it. `unknown` is somebody who failed to sign in; `system` is ourselves. */
export const auditActorKinds = [
  "account",
  "respondent",
  "api_key",
  "personal_access_token",
  "unknown",
  "system",
] as const;

/** One entry; ids and words of ours only, no secret, no name, no address beyond its network. */
export const AuditEntryBody = Closed({
  audit_id: Uuid,
  at: Instant,
  action: AuditActionName,
  actor: Closed({
    kind: Type.Unsafe<(typeof auditActorKinds)[number]>({ type: "string", enum: auditActorKinds }),
    id: Nullable(Uuid),
  }),
  workspace_id: Nullable(Uuid),
  target: Nullable(Closed({ kind: Type.String(), id: Type.String() })),
  /** Network of the client: /24 or /48. */
  address: Nullable(Type.String()),
  request_id: Nullable(Type.String()),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
});
export type AuditEntryBody = Static<typeof AuditEntryBody>;

/** `hash` is the SHA-256 (hex) of the hash before, a line feed and the entry's text. */
export const AuditRecord = Closed({ position: Type.Integer(), hash: Type.String(), entry: AuditEntryBody });
export type AuditRecord = Static<typeof AuditRecord>;

import type { Sql } from "@roundtrip/database/database";
import { type AuditEvent, type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import type { RespondentRow } from "../respondent-credentials/respondent-credential.store.ts";
import { throttledEntryLimit } from "../throttling/limit-policies.rules.ts";
import { type LimitDeps, spend } from "../throttling/limit-requests.ts";

export type SignInMethod = "password" | "token" | "passkey" | "oidc";

/** Whom a failed sign-in was about, as far as it is known. */
export interface SignInTarget {
  readonly kind: "account" | "respondent";
  /** Null for a name, link or passkey that nobody has. */
  readonly id: string | null;
  /** Whose chains the entry belongs to; none for somebody unknown. */
  readonly customerIds: readonly string[];
  readonly workspaceId?: string;
}

export const respondentTarget = (row: RespondentRow | null): SignInTarget => ({
  kind: "respondent",
  id: row?.respondent_id ?? null,
  customerIds: row?.customer_id ? [row.customer_id] : [],
  ...(row ? { workspaceId: row.workspace_id } : {}),
});

export interface FailedSignIn {
  readonly method: SignInMethod;
  readonly target: SignInTarget;
  /** For us alone: the caller gets one answer for all reasons. */
  readonly reason: string;
}

/** `sign_in.failed`. The actor is unknown even when the account is not: that it was its owner is what was not shown. */
export const recordFailedSignIn = (
  sql: Sql,
  failed: FailedSignIn,
  { source, now }: { readonly source: AuditSource; readonly now: Date },
): Promise<void> =>
  recordAuditFor(
    sql,
    {
      ...aboutTarget(failed.target),
      action: "sign_in.failed",
      source,
      detail: { method: failed.method, reason: failed.reason },
    },
    { customerIds: failed.target.customerIds, now },
  );

export interface ThrottledSignIn {
  readonly method: SignInMethod;
  readonly target: SignInTarget;
  /** The throttle's key: one entry a minute for each. */
  readonly key: string;
  readonly retryAfterSeconds: number;
}

/** `sign_in.throttled`, at most once a minute and key, so that nobody fills the log by being turned away. */
export const recordThrottledSignIn = async (
  deps: LimitDeps,
  { method, target, key, retryAfterSeconds }: ThrottledSignIn,
  source: AuditSource,
): Promise<void> => {
  const now = deps.clock();
  if (!(await spend(deps, { policy: throttledEntryLimit, key, now })).used) return;
  await recordAuditFor(
    deps.db,
    {
      ...aboutTarget(target),
      action: "sign_in.throttled",
      source,
      detail: { method, retry_after_seconds: retryAfterSeconds },
    },
    { customerIds: target.customerIds, now },
  );
};

const aboutTarget = (target: SignInTarget): Pick<AuditEvent, "actor" | "target" | "workspaceId"> => ({
  actor: { kind: "unknown", id: null },
  ...(target.id === null ? {} : { target: { kind: target.kind, id: target.id } }),
  ...(target.workspaceId === undefined ? {} : { workspaceId: target.workspaceId }),
});

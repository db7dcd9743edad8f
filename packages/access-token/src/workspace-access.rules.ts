import type { AccountClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { VerifiedApiKey } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { WorkspaceCaller, WorkspaceCallerKind } from "@roundtrip/contracts/caller";
import { type Access, workspaceCallersDefault } from "@roundtrip/contracts/operation";
import { type Environment, type Role, roles, type Scope, scopes } from "@roundtrip/contracts/scope";
import type { Static } from "typebox";

type Verified = Static<typeof VerifiedApiKey>;
type WorkspaceAccess = Extract<Access, { kind: "workspace" }>;

/** A refusal: the problem's code and a sentence for the caller. */
export interface Refusal {
  readonly code: "forbidden" | "origin_not_allowed";
  readonly detail: string;
}

/**
 * Why an API key may not do this, or null. A live key in a browser is a leaked key, unless its workspace has allowed the
 * page's origin; dev keys are meant to be tried out anywhere. Programs outside browsers send no `Origin`.
 */
export const refuseApiKey = (
  verified: Verified,
  access: WorkspaceAccess,
  origin: string | undefined,
): Refusal | null => {
  if (verified.environment === "live" && origin !== undefined && !verified.allowed_origins.includes(origin)) {
    return {
      code: "origin_not_allowed",
      detail: "A live key may be used from a browser only at the workspace's allowed origins",
    };
  }
  const refusal = refuseCaller("api_key", access);
  if (refusal) return refusal;
  if (access.scope !== null && !verified.scopes.includes(access.scope)) {
    return { code: "forbidden", detail: `The key lacks the scope ${access.scope}` };
  }
  return null;
};

/** Whether this kind of credential may come here at all. */
export const refuseCaller = (kind: WorkspaceCallerKind, access: WorkspaceAccess): Refusal | null =>
  (access.callers ?? workspaceCallersDefault).includes(kind)
    ? null
    : { code: "forbidden", detail: "This kind of credential may not do this" };

export const apiKeyCaller = (verified: Verified): WorkspaceCaller => ({
  kind: "workspace",
  workspaceId: verified.workspace_id,
  customerId: verified.customer_id,
  environment: verified.environment,
  role: null,
  scopes: verified.scopes.filter(isScope),
  userId: null,
  actor: { kind: "api_key", id: verified.credential_id },
});

const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);

type Membership = AccountClaims["memberships"][number];

interface ChosenWorkspace {
  readonly membership: Membership;
  readonly environment: Environment;
}

/** Which workspace `X-Workspace` names: `live` or `dev` of an account's only customer, or a workspace id of any of them. */
export const chooseWorkspace = (
  memberships: readonly Membership[],
  header: string | undefined,
): ChosenWorkspace | Refusal => {
  if (header === undefined || header === "") {
    return { code: "forbidden", detail: "Name the workspace in X-Workspace: live, dev or a workspace id" };
  }
  if (header === "live" || header === "dev") return chooseByEnvironment(memberships, header);
  for (const membership of memberships) {
    if (membership.live === header) return { membership, environment: "live" };
    if (membership.dev === header) return { membership, environment: "dev" };
  }
  return { code: "forbidden", detail: "X-Workspace names no workspace of this account" };
};

const chooseByEnvironment = (
  memberships: readonly Membership[],
  environment: Environment,
): ChosenWorkspace | Refusal => {
  const [membership, another] = memberships;
  if (!membership) return { code: "forbidden", detail: "This account belongs to no customer" };
  if (another) {
    return {
      code: "forbidden",
      detail: `This account belongs to several customers; X-Workspace must be a workspace id, not ${environment}`,
    };
  }
  return { membership, environment };
};

/** Each role includes the ones before it. */
export const refuseRole = (held: Role, needed: Role): Refusal | null =>
  roles.indexOf(held) >= roles.indexOf(needed) ? null : { code: "forbidden", detail: `This takes the role ${needed}` };

export const accountCaller = (claims: AccountClaims, chosen: ChosenWorkspace): WorkspaceCaller => ({
  kind: "workspace",
  workspaceId: chosen.membership[chosen.environment],
  customerId: chosen.membership.customer_id,
  environment: chosen.environment,
  role: chosen.membership.role,
  scopes,
  userId: null,
  actor: { kind: "account", id: claims.sub },
});

import type { AccountClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { ActionTokenClaims } from "@roundtrip/contracts/auth/action-token-claims";
import type { VerifiedApiKey, VerifiedPersonalAccessToken } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { WorkspaceCaller, WorkspaceCallerKind } from "@roundtrip/contracts/caller";
import { type Access, workspaceCallersDefault } from "@roundtrip/contracts/operation";
import { type Environment, type Role, roles, type Scope, scopes } from "@roundtrip/contracts/scope";
import type { Static } from "typebox";

type VerifiedKey = Static<typeof VerifiedApiKey>;
type VerifiedToken = Static<typeof VerifiedPersonalAccessToken>;
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
  verified: VerifiedKey,
  access: WorkspaceAccess,
  origin: string | undefined,
): Refusal | null =>
  (verified.environment === "live" ? refuseOrigin(verified.allowed_origins, origin) : null) ??
  refuseCaller("api_key", access) ??
  refuseScope("api_key", verified.scopes, access);

/**
 * Why a personal access token may not do this in the chosen workspace, or null. It also opens live workspaces, so it comes
 * from a page like a live key does, whichever workspace is in hand: only at the origins that the workspace allows.
 */
export const refusePersonalAccessToken = (
  verified: VerifiedToken,
  access: WorkspaceAccess,
  { membership, environment, origin }: Chosen<VerifiedToken["memberships"][number]> & { origin: string | undefined },
): Refusal | null =>
  refuseOrigin(environment === "live" ? membership.live_origins : membership.dev_origins, origin) ??
  refuseCaller("personal_access_token", access) ??
  refuseRole(membership.role, access.role) ??
  refuseScope("personal_access_token", verified.scopes, access);

/** Why an action token may not do this, or null. It is made for pages, so any may use it. */
export const refuseActionToken = (granted: readonly string[], access: WorkspaceAccess): Refusal | null =>
  refuseCaller("action_token", access) ?? refuseScope("action_token", granted, access);

const refuseOrigin = (allowed: readonly string[], origin: string | undefined): Refusal | null =>
  origin === undefined || allowed.includes(origin)
    ? null
    : {
        code: "origin_not_allowed",
        detail: "This may be used from a browser only at the workspace's allowed origins",
      };

/** Whether this kind of credential may come here at all. */
export const refuseCaller = (kind: WorkspaceCallerKind, access: WorkspaceAccess): Refusal | null =>
  (access.callers ?? workspaceCallersDefault).includes(kind)
    ? null
    : { code: "forbidden", detail: "This kind of credential may not do this" };

/** Without a scope of its own an operation takes tokens only where it names them; every key that may come has the right. */
const refuseScope = (kind: WorkspaceCallerKind, held: readonly string[], access: WorkspaceAccess): Refusal | null => {
  if (access.scope === null) {
    return kind === "api_key" || access.callers?.includes(kind)
      ? null
      : { code: "forbidden", detail: "This kind of credential may not do this" };
  }
  return held.includes(access.scope)
    ? null
    : { code: "forbidden", detail: `The credential lacks the scope ${access.scope}` };
};

export const apiKeyCaller = (verified: VerifiedKey): WorkspaceCaller => ({
  kind: "workspace",
  workspaceId: verified.workspace_id,
  customerId: verified.customer_id,
  environment: verified.environment,
  role: null,
  scopes: verified.scopes.filter(isScope),
  signInId: null,
  userId: null,
  actor: { kind: "api_key", id: verified.credential_id },
});

/** `granted`: the token's scopes as far as its key has them. */
export const actionTokenCaller = (claims: ActionTokenClaims, granted: readonly string[]): WorkspaceCaller => ({
  kind: "workspace",
  workspaceId: claims.workspace_id,
  customerId: claims.customer_id,
  environment: claims.environment,
  role: null,
  scopes: granted.filter(isScope),
  signInId: null,
  userId: claims.sub,
  actor: { kind: "action_token", id: claims.client_id },
});

const isScope = (text: string): text is Scope => scopes.some((scope) => scope === text);

type Membership = AccountClaims["memberships"][number];

interface Chosen<M extends Membership> {
  readonly membership: M;
  readonly environment: Environment;
}

/** Which workspace `X-Workspace` names: `live` or `dev` of an account's only customer, or a workspace id of any of them. */
export const chooseWorkspace = <M extends Membership>(
  memberships: readonly M[],
  header: string | undefined,
): Chosen<M> | Refusal => {
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

const chooseByEnvironment = <M extends Membership>(
  memberships: readonly M[],
  environment: Environment,
): Chosen<M> | Refusal => {
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

export const accountCaller = (claims: AccountClaims, chosen: Chosen<Membership>): WorkspaceCaller => ({
  ...memberCaller(chosen),
  scopes,
  signInId: claims.sid,
  actor: { kind: "account", id: claims.sub },
});

export const personalAccessTokenCaller = (verified: VerifiedToken, chosen: Chosen<Membership>): WorkspaceCaller => ({
  ...memberCaller(chosen),
  scopes: verified.scopes.filter(isScope),
  signInId: null,
  actor: { kind: "personal_access_token", id: verified.credential_id },
});

const memberCaller = ({ membership, environment }: Chosen<Membership>) => ({
  kind: "workspace" as const,
  workspaceId: membership[environment],
  customerId: membership.customer_id,
  environment,
  role: membership.role,
  userId: null,
});

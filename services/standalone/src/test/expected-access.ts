import { type Access, workspaceCallersDefault } from "@roundtrip/contracts/operation";
import { type Role, roles, type Scope } from "@roundtrip/contracts/scope";

/** A credential as far as the contracts are concerned. */
export interface Presented {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `none` is also what is malformed, unknown, expired, revoked or of a kind that nothing takes here. */
  readonly kind: "none" | "api_key" | "account" | "personal_access_token" | "action_token" | "respondent";
  /** Of an account or a token's owner in the workspace it names; null when it names none that it may act in. */
  readonly role: Role | null;
  readonly operator: boolean;
  readonly scopes: readonly Scope[];
  /** A live key from a page whose origin the workspace does not allow. */
  readonly foreignPage: boolean;
}

/** `in`: the door lets it pass, whatever the operation then says about the request. */
export type Verdict = 401 | 403 | "in";

/** What the contracts promise for a credential at an operation's door. Written from api.md section 2, not from the code. */
export const expectAccess = (access: Access, presented: Presented): Verdict => {
  if (access.kind === "public") return "in";
  if (presented.kind === "none") return 401;
  if (access.kind === "respondent") return expectOfToken(presented, presented.kind === "respondent");
  if (access.kind === "account") return expectAccount(access, presented);
  return expectWorkspace(access, presented);
};

/** Doors for people read access tokens and nothing else: a key or another token there is as good as none. */
const expectOfToken = (presented: Presented, fits: boolean): Verdict => {
  if (presented.kind === "api_key" || presented.kind === "action_token") return 401;
  if (presented.kind === "personal_access_token") return 401;
  return fits ? "in" : 403;
};

const expectAccount = (access: Extract<Access, { kind: "account" }>, presented: Presented): Verdict => {
  if (presented.kind === "personal_access_token") return 403;
  return expectOfToken(presented, presented.kind === "account" && (access.operator !== true || presented.operator));
};

const expectWorkspace = (access: Extract<Access, { kind: "workspace" }>, presented: Presented): Verdict => {
  if (presented.kind === "none" || presented.kind === "respondent") return 403;
  const takes = (access.callers ?? workspaceCallersDefault).includes(presented.kind);
  if (!takes || presented.foreignPage) return 403;
  if (presented.kind !== "account" && !hasScope(access.scope, presented)) return 403;
  if (presented.kind === "api_key" || presented.kind === "action_token") return "in";
  return presented.role !== null && roles.indexOf(presented.role) >= roles.indexOf(access.role) ? "in" : 403;
};

/** An operation without a scope is open to every key that may come at all, and to no personal access token. */
const hasScope = (scope: Scope | null, presented: Presented): boolean =>
  scope === null ? presented.kind === "api_key" : presented.scopes.includes(scope);

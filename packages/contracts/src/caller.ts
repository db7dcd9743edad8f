import type { Environment, Role, Scope } from "./scope.ts";

/** A respondent with an access token: one person in one survey. */
export interface RespondentCaller {
  readonly kind: "respondent";
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly respondentId: string;
  readonly userId: string;
}

/** The kinds of credentials that act on a workspace. */
export type WorkspaceCallerKind = "api_key" | "account" | "personal_access_token" | "action_token";

/** A machine with a key or token, or a staff member who named a workspace. Each acts on exactly one workspace. */
export interface WorkspaceCaller {
  readonly kind: "workspace";
  readonly workspaceId: string;
  readonly customerId: string;
  readonly environment: Environment;
  /** Keys and action tokens have no role; their rights are their scopes. */
  readonly role: Role | null;
  readonly scopes: readonly Scope[];
  /** The sign-in that an account's access token came from; null for machines. */
  readonly signInId: string | null;
  /** The one user whose data an action token opens; null for everybody else. */
  readonly userId: string | null;
  /** The id of the key, token or account. For an action token it is the API key's that made it. */
  readonly actor: { readonly kind: WorkspaceCallerKind; readonly id: string };
}

/** A staff member, before any workspace is chosen. */
export interface AccountCaller {
  readonly kind: "account";
  readonly accountId: string;
  readonly operator: boolean;
  /** The sign-in that the access token came from. */
  readonly signInId: string;
}

import type { Environment, Role, Scope } from "./scope.ts";

/** A respondent with an access token: one person in one survey. */
export interface RespondentCaller {
  readonly kind: "respondent";
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly respondentId: string;
  readonly userId: string;
}

/** A machine with an API key, or a staff member who named a workspace. Both act on exactly one workspace. */
export interface WorkspaceCaller {
  readonly kind: "workspace";
  readonly workspaceId: string;
  readonly customerId: string;
  readonly environment: Environment;
  /** An API key has no role; its rights are its scopes. */
  readonly role: Role | null;
  readonly scopes: readonly Scope[];
  readonly actor: { readonly kind: "api_key" | "account"; readonly id: string };
}

/** A staff member, before any workspace is chosen. */
export interface AccountCaller {
  readonly kind: "account";
  readonly accountId: string;
  readonly operator: boolean;
}

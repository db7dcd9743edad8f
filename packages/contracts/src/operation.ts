import type { Static, TSchema } from "typebox";
import type { AccountCaller, RespondentCaller, WorkspaceCaller, WorkspaceCallerKind } from "./caller.ts";
import type { ProblemCode } from "./problem.ts";
import type { Role, Scope } from "./scope.ts";

/** Who may call. The kind names the scope of routes that authenticates it (STYLE.md: never a test of the URL). */
export type Access =
  | { readonly kind: "public" }
  | { readonly kind: "respondent" }
  /** `operator: true`: only those who run the installation. */
  | { readonly kind: "account"; readonly operator?: true }
  /**
   * API keys need `scope`; accounts need `role` or a higher one; personal access tokens need both, so that one without a
   * scope takes none of them. `callers` lists who may come at all; left out, everybody but action tokens.
   */
  | {
      readonly kind: "workspace";
      readonly scope: Scope | null;
      readonly role: Role;
      readonly callers?: readonly WorkspaceCallerKind[];
    };

/** An operation on a workspace that does not say who may call it may be called by these. */
export const workspaceCallersDefault: readonly WorkspaceCallerKind[] = ["api_key", "account", "personal_access_token"];

/** How errors of the operation look on the wire (api.md section 1). */
export type Dialect = "v2" | "intake24" | "incode";

export interface Operation {
  readonly id: string;
  readonly service: "auth" | "survey" | "notify";
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Fastify style: `/surveys/:slug/create-user`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly dialect: Dialect;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly headers?: TSchema;
  readonly body?: TSchema;
  /**
   * The body may also come as `application/x-www-form-urlencoded`, as standards of OAuth want it; members that the contract does not
   * know are ignored there, and every member is text.
   */
  readonly takesForm?: true;
  /** Default 1 MiB. */
  readonly bodyLimitBytes?: number;
  /** Successful statuses; `null` is an answer without a body. */
  readonly responses: Readonly<Record<number, TSchema | null>>;
  /** Codes beyond those that every operation of its access kind and shape may answer with (`problem-codes.ts`). */
  readonly problems: readonly ProblemCode[];
}

export const operation = <const O extends Operation>(definition: O): O => definition;

export type CallerOf<A extends Access> = A extends { kind: "respondent" }
  ? RespondentCaller
  : A extends { kind: "workspace" }
    ? WorkspaceCaller
    : A extends { kind: "account" }
      ? AccountCaller
      : null;

type StaticOr<S, Otherwise> = S extends TSchema ? Static<S> : Otherwise;

/** What a route's function is given. */
export interface Input<O extends Operation> {
  readonly params: StaticOr<O["params"], Record<string, never>>;
  readonly query: StaticOr<O["query"], Record<string, never>>;
  readonly body: StaticOr<O["body"], undefined>;
  readonly caller: CallerOf<O["access"]>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's address as the gateway reports it. */
  readonly address: string;
  readonly requestId: string;
  readonly cookies: Readonly<Record<string, string | undefined>>;
}

/** What a route's function answers: one of the operation's declared statuses with its body. */
export type Output<O extends Operation> = {
  [S in keyof O["responses"] & number]: {
    readonly status: S;
    readonly body: O["responses"][S] extends TSchema ? Static<O["responses"][S]> : null;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  };
}[keyof O["responses"] & number];

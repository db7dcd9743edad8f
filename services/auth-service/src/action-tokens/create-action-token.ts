import { actionTokenAudience, actionTokenType } from "@roundtrip/access-token/action-token";
import type { ActionTokenClaims } from "@roundtrip/contracts/auth/action-token-claims";
import type { WorkspaceCaller } from "@roundtrip/contracts/caller";
import type { Scope } from "@roundtrip/contracts/scope";
import type { Sql } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import { findLiveKeyById } from "../api-keys/api-key.store.ts";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import type { SigningKeys } from "../keys/signing-keys.ts";
import { actionTokenExpiry, chooseScopes } from "./action-token.rules.ts";
import { findUser } from "./find-user.ts";

export interface CreateActionTokenDeps {
  readonly db: Sql;
  readonly bus: EventBus;
  readonly clock: () => Date;
  readonly signingKeys: SigningKeys;
  readonly issuer: string;
}

export interface CreateActionToken {
  readonly user_id?: string;
  readonly external_user_id?: string;
  readonly expires_in?: number;
  readonly scopes?: readonly Scope[];
}

export interface ActionTokenMaker {
  /** An API key. */
  readonly caller: WorkspaceCaller;
  readonly source: AuditSource;
}

/**
 * Signed, not stored: it dies by its own expiry, or with the API key that `client_id` names. Throws `invalid_request` unless
 * exactly one id is given, `forbidden` for scopes that the key lacks, `user_not_found`.
 */
export const createActionToken = async (
  deps: CreateActionTokenDeps,
  command: CreateActionToken,
  { caller, source }: ActionTokenMaker,
): Promise<{ readonly token: string; readonly expiresAt: Date }> => {
  const wanted = parseUser(command, caller.workspaceId);
  const chosen = chooseScopes(command.scopes, caller.scopes);
  if ("refusal" in chosen) throw new Problem("forbidden", { detail: chosen.refusal });
  const userId = await findUser(deps.bus, wanted);
  if (userId === null) throw new Problem("user_not_found");
  const now = deps.clock();
  const key = await findLiveKeyById(deps.db, caller.actor.id, now);
  if (!key) throw new Problem("unauthorized");
  const iat = Math.floor(now.getTime() / 1_000);
  const claims: ActionTokenClaims = {
    iss: deps.issuer,
    aud: actionTokenAudience,
    sub: userId,
    client_id: caller.actor.id,
    workspace_id: caller.workspaceId,
    customer_id: caller.customerId,
    environment: caller.environment,
    scope: chosen.join(" "),
    iat,
    exp: actionTokenExpiry(iat, command.expires_in, key.expires_at),
    jti: uuidv7(),
  };
  const token = await deps.signingKeys.sign(actionTokenType, { ...claims });
  await recordAudit(
    deps.db,
    {
      action: "action_token.created",
      actor: { kind: "api_key", id: caller.actor.id },
      customerId: caller.customerId,
      workspaceId: caller.workspaceId,
      target: { kind: "user", id: userId },
      source,
      detail: { jti: claims.jti, scopes: claims.scope, expires_at: new Date(claims.exp * 1_000).toISOString() },
    },
    now,
  );
  return { token, expiresAt: new Date(claims.exp * 1_000) };
};

const parseUser = ({ user_id, external_user_id }: CreateActionToken, workspace_id: string) => {
  if (user_id !== undefined && external_user_id === undefined) return { workspace_id, user_id };
  if (external_user_id !== undefined && user_id === undefined) return { workspace_id, external_user_id };
  const fault = { msg: "give exactly one of user_id and external_user_id", type: "exactly_one" };
  throw new Problem("invalid_request", {
    detail: [
      { loc: ["body", "user_id"], ...fault },
      { loc: ["body", "external_user_id"], ...fault },
    ],
  });
};

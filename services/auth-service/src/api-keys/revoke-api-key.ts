import { nudges } from "@roundtrip/contracts/subjects";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { markRevoked } from "./api-key.store.ts";

export interface RevokeApiKeyDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface RevokeApiKey {
  readonly apiKeyId: string;
  readonly customerId: string;
  readonly accountId: string;
  readonly source: AuditSource;
}

/**
 * Revoked, then announced: every cache drops the key at once, or within its 30 s when the announcement is lost.
 * Throws `api_key_not_found` for a key of another customer, an unknown and a revoked one alike.
 */
export const revokeApiKey = async (deps: RevokeApiKeyDeps, command: RevokeApiKey): Promise<void> => {
  const { apiKeyId, customerId, accountId, source } = command;
  const now = deps.clock();
  await deps.db.transaction(async (tx) => {
    const workspaceId = await markRevoked(tx, { apiKeyId, customerId, now });
    if (workspaceId === null) throw new Problem("api_key_not_found");
    await recordAudit(
      tx,
      {
        action: "api_key.revoked",
        actor: { kind: "account", id: accountId },
        customerId,
        workspaceId,
        target: { kind: "api_key", id: apiKeyId },
        source,
      },
      now,
    );
    tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, apiKeyId));
  });
};

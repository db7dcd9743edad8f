import { nudges } from "@roundtrip/contracts/subjects";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { listCustomerIds } from "../api-keys/maker.store.ts";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import { markTokenRevoked } from "./personal-access-token.store.ts";

export interface RevokePersonalAccessTokenDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface RevokePersonalAccessToken {
  readonly personalAccessTokenId: string;
  readonly accountId: string;
  readonly source: AuditSource;
}

/** Throws `personal_access_token_not_found` for another account's token, an unknown and a revoked one alike. */
export const revokePersonalAccessToken = async (
  deps: RevokePersonalAccessTokenDeps,
  command: RevokePersonalAccessToken,
): Promise<void> => {
  const { personalAccessTokenId, accountId, source } = command;
  const now = deps.clock();
  await deps.db.transaction(async (tx) => {
    if (!(await markTokenRevoked(tx, { personalAccessTokenId, accountId, now }))) {
      throw new Problem("personal_access_token_not_found");
    }
    await recordAuditFor(
      tx,
      {
        action: "personal_access_token.revoked",
        actor: { kind: "account", id: accountId },
        target: { kind: "personal_access_token", id: personalAccessTokenId },
        source,
      },
      { customerIds: await listCustomerIds(tx, accountId), now },
    );
    tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, personalAccessTokenId));
  });
};

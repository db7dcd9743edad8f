import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import { deleteIdentities, listIdentities, lockAccount } from "./account-identity.store.ts";
import type { LinkWish } from "./oidc-challenge.ts";

export interface UnlinkDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

/**
 * Whoever unlinks may do so because somebody else gets in that way: the account's other sign-ins end with it. Throws
 * `oidc_not_linked`, `last_way_in` for an account with neither password nor passkey, and `unauthorized` when it is gone.
 */
export const removeOidcLink = (
  deps: UnlinkDeps,
  { accountId, signInId }: LinkWish,
  source: AuditSource,
): Promise<void> =>
  deps.db.transaction(async (tx) => {
    const account = await lockAccount(tx, accountId);
    if (!account) throw new Problem("unauthorized");
    if ((await listIdentities(tx, accountId)).length === 0) throw new Problem("oidc_not_linked");
    if (!account.has_password && !account.has_passkey) throw new Problem("last_way_in");
    await deleteIdentities(tx, accountId);
    const why = { reason: "identity_unlinked", except: signInId } as const;
    announceEnded(tx, deps.bus, await revokeSignInsOfAccount(tx, accountId, why));
    await recordAuditFor(
      tx,
      {
        action: "identity.unlinked",
        actor: { kind: "account", id: accountId },
        target: { kind: "account", id: accountId },
        source,
      },
      { customerIds: account.customer_ids, now: deps.clock() },
    );
  });

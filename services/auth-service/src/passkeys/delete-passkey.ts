import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { lockSecondFactor } from "../second-factor/second-factor.store.ts";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { revokeSignInsOfAccount } from "../sign-ins/sign-in.store.ts";
import { deletePasskeyRow, hasWayIn } from "./passkey.store.ts";

export interface DeletePasskeyDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface DeletePasskey {
  readonly accountId: string;
  readonly signInId: string;
  readonly passkeyId: string;
  readonly source: AuditSource;
}

/**
 * Nobody signs in with it any more, and the account's other sign-ins end: whoever deletes a passkey may have lost it to
 * somebody who is signed in with it. Throws `passkey_not_found`, also for another account's, and `last_way_in` for the only
 * passkey of an account with neither password nor OpenID provider.
 */
export const deletePasskey = async (deps: DeletePasskeyDeps, command: DeletePasskey): Promise<void> => {
  const { accountId, signInId, source } = command;
  const passkeyId = command.passkeyId.toLowerCase();
  await deps.db.transaction(async (tx) => {
    if (!(await lockSecondFactor(tx, accountId))) throw new Problem("unauthorized");
    if (!(await deletePasskeyRow(tx, { accountId, passkeyId }))) throw new Problem("passkey_not_found");
    if (!(await hasWayIn(tx, accountId))) throw new Problem("last_way_in");
    const why = { reason: "passkey_deleted", except: signInId } as const;
    announceEnded(tx, deps.bus, await revokeSignInsOfAccount(tx, accountId, why));
    const target = { kind: "passkey", id: passkeyId };
    await recordAccountAudit(tx, { accountId, action: "passkey.deleted", target, source }, deps.clock());
  });
};

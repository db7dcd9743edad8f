import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { deletePasskeyRow } from "./passkey.store.ts";

export interface DeletePasskeyDeps {
  readonly db: Database;
  readonly clock: () => Date;
}

export interface DeletePasskey {
  readonly accountId: string;
  readonly passkeyId: string;
  readonly source: AuditSource;
}

/** Nobody signs in with it any more. Throws `passkey_not_found`, also for another account's. */
export const deletePasskey = async (deps: DeletePasskeyDeps, command: DeletePasskey): Promise<void> => {
  const { accountId, source } = command;
  const passkeyId = command.passkeyId.toLowerCase();
  await deps.db.transaction(async (tx) => {
    if (!(await deletePasskeyRow(tx, { accountId, passkeyId }))) throw new Problem("passkey_not_found");
    const target = { kind: "passkey", id: passkeyId };
    await recordAccountAudit(tx, { accountId, action: "passkey.deleted", target, source }, deps.clock());
  });
};

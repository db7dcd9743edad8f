import type { Database } from "@roundtrip/database/database";
import { lockChain } from "./audit-log.store.ts";
import { deleteBeginning, readBeginning } from "./audit-pruning.store.ts";
import { recordAudit } from "./record-audit.ts";

export interface PruneDeps {
  readonly db: Database;
  readonly clock: () => Date;
  readonly auditRetentionMs: number;
  /** Records that one transaction takes off a chain at most. Default 2,000: some 50 ms under the chain's lock. */
  readonly pruneBatchMax?: number;
}

/**
 * Takes records older than the retention off the beginning of a chain, one batch in one transaction, with the checkpoint that
 * the rest is verified from and an entry that tells of it. Only a beginning goes: a record that is old enough stays as long
 * as a younger one stands before it. Answers whether there may be more to take.
 */
export const pruneAuditLog = (deps: PruneDeps, chainId: string): Promise<boolean> =>
  deps.db.transaction(async (tx) => {
    await lockChain(tx, chainId);
    const now = deps.clock();
    const rowsMax = deps.pruneBatchMax ?? 2_000;
    const beginning = await readBeginning(tx, chainId, rowsMax);
    const until = prunedUntil(deps);
    const firstKept = beginning.findIndex((place) => place.at >= until);
    const last = beginning.at(firstKept === -1 ? -1 : firstKept - 1);
    if (firstKept === 0 || last === undefined) return false;
    const entries = await deleteBeginning(tx, chainId, { last, now });
    await recordAudit(
      tx,
      {
        action: "audit_log.pruned",
        actor: { kind: "system", id: null },
        customerId: chainId,
        source: null,
        detail: { entries, position: last.position },
      },
      now,
    );
    return firstKept === -1 && beginning.length === rowsMax;
  });

/** Records from before this moment are old enough. */
export const prunedUntil = (deps: Pick<PruneDeps, "clock" | "auditRetentionMs">): Date =>
  new Date(deps.clock().getTime() - deps.auditRetentionMs);

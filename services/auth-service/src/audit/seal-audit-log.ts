import type { AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import type { Database, Tx } from "@roundtrip/database/database";
import { chainHash, genesisHash } from "./audit-chain.ts";
import {
  type ChainHead,
  findChainHead,
  hasWaitingEntries,
  insertAuditRecords,
  lockChain,
  type NewAuditRecord,
  takeWaitingEntries,
  tryLockChain,
  type WaitingEntry,
} from "./audit-log.store.ts";

export interface SealDeps {
  readonly db: Database;
}

/** A transaction takes so many at most: half a megabyte of text, some 20 ms. */
const batchSizeMax = 500;

/**
 * Gives every entry that waits now its place in the chain. Whoever reads a chain calls this first and so sees what it has
 * written itself; whatever another sealer holds at that moment is waited for.
 *
 * The order of a chain is the order in which entries were seen to be committed; those seen together stand by the time at
 * which they were made, on the clock of whoever made them. So `at` may step back by the length of a transaction, and no
 * entry ever moves in front of one that somebody may have read.
 */
export const sealAuditLog = async (deps: SealDeps, chainId: string): Promise<void> => {
  // Entries that a sealer has taken stay visible until it commits: nothing to see means nothing on its way either.
  if (!(await hasWaitingEntries(deps.db, chainId))) return;
  for (;;) {
    const sealed = await deps.db.transaction(async (tx) => {
      await lockChain(tx, chainId);
      return sealBatch(tx, chainId);
    });
    if (sealed < batchSizeMax) return;
  }
};

/** One batch, unless somebody else is at this chain already. Answers whether more may be waiting. */
export const sealFreeChain = (deps: SealDeps, chainId: string): Promise<boolean> =>
  deps.db.transaction(
    async (tx) => (await tryLockChain(tx, chainId)) && (await sealBatch(tx, chainId)) === batchSizeMax,
  );

/** Under the chain's lock. The queue gives up exactly what the log gets, in one transaction. */
const sealBatch = async (tx: Tx, chainId: string): Promise<number> => {
  const entries = await takeWaitingEntries(tx, chainId, batchSizeMax);
  if (entries.length === 0) return 0;
  const head = (await findChainHead(tx, chainId)) ?? { position: 0, hash: genesisHash(chainId) };
  await insertAuditRecords(tx, chainId, placeEntries(head, entries));
  return entries.length;
};

const placeEntries = (head: ChainHead, entries: readonly WaitingEntry[]): NewAuditRecord[] => {
  let { position, hash } = head;
  return entries.map(({ audit_id, body }) => {
    position += 1;
    hash = chainHash(hash, body);
    // Written by `record-audit.ts`.
    const { at, action }: AuditEntryBody = JSON.parse(body);
    return { position, auditId: audit_id, at, action, body, hash };
  });
};

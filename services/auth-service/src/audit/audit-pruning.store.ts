import { type Sql, statement, type Tx } from "@roundtrip/database/database";
import type { ChainHead } from "./audit-log.store.ts";

/** Hops from chain to chain along the index, whatever their length, and looks at each one's first record. */
const agedStatement = statement<{ chain_id: string }>(
  "audit-log-aged-chains",
  `WITH RECURSIVE chains AS (
     (SELECT chain_id FROM audit_log ORDER BY chain_id LIMIT 1)
     UNION ALL
     SELECT (SELECT l.chain_id FROM audit_log l WHERE l.chain_id > c.chain_id ORDER BY l.chain_id LIMIT 1)
     FROM chains c WHERE c.chain_id IS NOT NULL)
   SELECT chain_id FROM chains
   WHERE (SELECT l.at FROM audit_log l WHERE l.chain_id = chains.chain_id ORDER BY l.position LIMIT 1) < $1`,
);

/** Chains that begin with a record from before `until`. */
export const listAgedChains = async (sql: Sql, until: Date): Promise<string[]> =>
  (await sql.query(agedStatement, [until])).map((row) => row.chain_id);

interface AgedRow {
  readonly position: string;
  readonly hash: string;
  readonly at: Date;
}

const beginningStatement = statement<AgedRow>(
  "audit-log-beginning",
  "SELECT position, hash, at FROM audit_log WHERE chain_id = $1 ORDER BY position LIMIT $2",
);

export interface DatedPlace extends ChainHead {
  readonly at: Date;
}

export const readBeginning = async (tx: Tx, chainId: string, rowsMax: number): Promise<DatedPlace[]> =>
  (await tx.query(beginningStatement, [chainId, rowsMax])).map((row) => ({ ...row, position: Number(row.position) }));

/** What the trigger of `audit_log` asks for, to the transaction's end. */
const allowStatement = statement("audit-log-allow-pruning", "SET LOCAL roundtrip.pruning = 'on'");

const deleteStatement = statement<{ one: number }>(
  "audit-log-prune",
  "DELETE FROM audit_log WHERE chain_id = $1 AND position <= $2 RETURNING 1 AS one",
);

const checkpointStatement = statement(
  "audit-checkpoints-write",
  `INSERT INTO audit_checkpoints (chain_id, position, hash, pruned_at) VALUES ($1, $2, $3, $4)
   ON CONFLICT (chain_id) DO UPDATE SET position = excluded.position, hash = excluded.hash, pruned_at = excluded.pruned_at`,
);

/** Removes the chain's beginning up to `last`, and writes down where the rest is chained to. Answers how many went. */
export const deleteBeginning = async (
  tx: Tx,
  chainId: string,
  { last, now }: { readonly last: ChainHead; readonly now: Date },
): Promise<number> => {
  await tx.query(allowStatement, []);
  const gone = await tx.query(deleteStatement, [chainId, last.position]);
  await tx.query(checkpointStatement, [chainId, last.position, last.hash, now]);
  return gone.length;
};

import { createHash } from "node:crypto";
import type { Database } from "@roundtrip/database/database";
import { sql } from "./open-auth-service.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export interface SealedRecord {
  readonly position: number;
  readonly audit_id: string;
  readonly hash: string;
  readonly body: string;
}

/**
 * Every sealed record of a chain, in order. Throws unless positions have no gap and each hash is what the contract says,
 * worked out here once more and not with the code under test.
 */
export const readSealedChain = async (db: Database, chainId: string): Promise<SealedRecord[]> => {
  const records = await sql<SealedRecord>(
    db,
    "SELECT position::int, audit_id, hash, body FROM audit_log WHERE chain_id = $1 ORDER BY audit_log.position",
    chainId,
  );
  const [checkpoint] = await sql<{ position: number; hash: string }>(
    db,
    "SELECT position::int, hash FROM audit_checkpoints WHERE chain_id = $1",
    chainId,
  );
  let { position, hash } = checkpoint ?? { position: 0, hash: sha256(chainId) };
  for (const record of records) {
    position += 1;
    hash = sha256(`${hash}\n${record.body}`);
    if (record.position !== position) throw new Error(`position ${record.position} stands where ${position} should`);
    if (record.hash !== hash) throw new Error(`the hash of position ${position} does not verify`);
  }
  return records;
};

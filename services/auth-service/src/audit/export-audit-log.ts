import type { Database } from "@roundtrip/database/database";
import { genesisHash } from "./audit-chain.ts";
import { type ChainHead, findChainHead, findCheckpoint, findSpan, readRecords } from "./audit-log.store.ts";
import { type AuditSource, recordAudit } from "./record-audit.ts";
import { sealAuditLog } from "./seal-audit-log.ts";

export interface ExportDeps {
  readonly db: Database;
  readonly clock: () => Date;
}

export interface ExportRequest {
  readonly chainId: string;
  readonly accountId: string;
  readonly since: string | null;
  readonly until: string | null;
  readonly source: AuditSource;
}

/** Lines read and sent at a time; what a slow reader makes us hold is a few of these. */
const batchSizeMax = 500;

/**
 * The chain as JSON lines (contracts, `export-audit-log.http.ts`). It is written down before the first line goes out, so that
 * an export that somebody breaks off is known as well, and a complete one holds its own entry. No connection is held between
 * batches. Throws half-way, which breaks the transfer, when pruning has taken what was still to be sent.
 */
export const exportAuditLog = async (deps: ExportDeps, request: ExportRequest): Promise<AsyncIterable<string>> => {
  const { chainId, accountId, since, until, source } = request;
  await recordAudit(
    deps.db,
    {
      action: "audit_log.exported",
      actor: { kind: "account", id: accountId },
      customerId: chainId,
      source,
      detail: { since, until },
    },
    deps.clock(),
  );
  await sealAuditLog(deps, chainId);
  const head = await findChainHead(deps.db, chainId);
  if (!head) throw new Error("a chain that was just written to has no head");
  const span = await findSpan(deps.db, chainId, { since, until });
  // Of a time in which nothing happened there is the place where the chain stands, and no entry.
  const start = span === null ? head : await getPlaceBefore(deps.db, chainId, span.first);
  return writeLines(deps.db, { chainId, start, upTo: span?.last ?? head.position });
};

/** The hash that the record at `position` is chained to, with its place. */
const getPlaceBefore = async (db: Database, chainId: string, position: number): Promise<ChainHead> => {
  if (position === 1) return { position: 0, hash: genesisHash(chainId) };
  const stretch = { after: position - 2, upTo: position - 1, rowsMax: 1 };
  const before = (await readRecords(db, chainId, stretch))[0] ?? (await findCheckpoint(db, chainId));
  if (before?.position !== position - 1) throw new Error("the chain's beginning was pruned while it was read");
  return { position: before.position, hash: before.hash };
};

interface Lines {
  readonly chainId: string;
  readonly start: ChainHead;
  readonly upTo: number;
}

async function* writeLines(db: Database, { chainId, start, upTo }: Lines): AsyncGenerator<string> {
  yield line({ chain: chainId, position: start.position, hash: start.hash });
  let last = start;
  while (last.position < upTo) {
    const records = await readRecords(db, chainId, { after: last.position, upTo, rowsMax: batchSizeMax });
    if (records[0]?.position !== last.position + 1) throw new Error("the chain was pruned while it was read");
    yield records.map(line).join("");
    last = records.at(-1) ?? last;
  }
  yield line({ end: true, position: last.position, hash: last.hash });
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

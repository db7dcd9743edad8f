import { type Database, openDatabase } from "@roundtrip/database/database";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSealedChain } from "../test/audit-chain-check.ts";
import { sql } from "../test/open-auth-service.ts";
import { pruneAuditLog } from "./prune-audit-log.ts";
import { createPruneAuditLogWorker } from "./prune-audit-log.worker.ts";
import { recordAudit } from "./record-audit.ts";
import { sealAuditLog } from "./seal-audit-log.ts";

const dayMs = 86_400_000;
const now = new Date("2031-06-01T12:00:00.000Z");
const { database } = useTestDatabase("auth");
let db: Database;
beforeAll(() => {
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 6 });
});
afterAll(() => db.close());

const deps = (pruneBatchMax?: number) => ({
  db,
  clock: () => now,
  auditRetentionMs: 100 * dayMs,
  ...(pruneBatchMax === undefined ? {} : { pruneBatchMax }),
});

/** A chain with one entry for each age in days. */
const makeChain = async (ages: readonly number[]): Promise<string> => {
  const chainId = uuidv7();
  for (const age of ages) {
    const event = { action: "profile.updated", actor: { kind: "system", id: null }, source: null } as const;
    const at = new Date(now.getTime() - age * dayMs);
    await recordAudit(db, { ...event, customerId: chainId, detail: { age } }, at);
  }
  await sealAuditLog({ db }, chainId);
  return chainId;
};

const agesOf = async (chainId: string): Promise<unknown[]> => {
  await sealAuditLog({ db }, chainId);
  const entries = (await readSealedChain(db, chainId)).map((item) => JSON.parse(item.body));
  return entries.map((entry) => (entry.action === "audit_log.pruned" ? entry.detail : entry.detail.age));
};

const checkpointsOf = (chainId: string) =>
  sql(db, "SELECT position::int, hash, pruned_at FROM audit_checkpoints WHERE chain_id = $1", chainId);

describe("pruning", () => {
  it("takes what is older than the retention, says so in the log, and leaves a chain that verifies", async () => {
    const chainId = await makeChain([300, 200, 101, 100, 99, 1]);
    const third = (await readSealedChain(db, chainId))[2];
    expect(await pruneAuditLog(deps(), chainId)).toBe(false);
    expect(await agesOf(chainId)).toEqual([100, 99, 1, { entries: 3, position: 3 }]);
    expect(await checkpointsOf(chainId)).toEqual([{ position: 3, hash: third?.hash, pruned_at: now }]);
  });

  it("goes by bounded batches, each with its entry", async () => {
    const chainId = await makeChain([205, 204, 203, 202, 201, 5]);
    expect(await pruneAuditLog(deps(2), chainId)).toBe(true);
    expect(await pruneAuditLog(deps(2), chainId)).toBe(true);
    expect(await pruneAuditLog(deps(2), chainId)).toBe(false);
    expect(await pruneAuditLog(deps(2), chainId)).toBe(false);
    expect(await agesOf(chainId)).toEqual([
      5,
      { entries: 2, position: 2 },
      { entries: 2, position: 4 },
      { entries: 1, position: 5 },
    ]);
  });

  it("takes a chain's beginning only: what stands behind a younger entry stays", async () => {
    const chainId = await makeChain([200, 50, 200]);
    await pruneAuditLog(deps(), chainId);
    await pruneAuditLog(deps(), chainId);
    expect(await agesOf(chainId)).toEqual([50, 200, { entries: 1, position: 1 }]);
  });

  it("goes on from the checkpoint when nothing was left", async () => {
    const chainId = await makeChain([300, 200]);
    await pruneAuditLog(deps(), chainId);
    expect(await agesOf(chainId)).toEqual([{ entries: 2, position: 2 }]);
    expect((await readSealedChain(db, chainId))[0]?.position).toBe(3);
  });

  it("writes nothing when nothing is old enough", async () => {
    const chainId = await makeChain([100, 50]);
    expect(await pruneAuditLog(deps(), chainId)).toBe(false);
    expect(await agesOf(chainId)).toEqual([100, 50]);
    expect(await checkpointsOf(chainId)).toEqual([]);
  });

  it("is all or nothing: when it fails half-way, records and checkpoint are as before", async () => {
    const chainId = await makeChain([200, 1]);
    const failing: Database = {
      ...db,
      transaction: (work) =>
        db.transaction(async (tx) => {
          await work(tx);
          throw new Error("the process ends here");
        }),
    };
    await expect(pruneAuditLog({ ...deps(), db: failing }, chainId)).rejects.toThrow("the process ends here");
    expect(await agesOf(chainId)).toEqual([200, 1]);
    expect(await checkpointsOf(chainId)).toEqual([]);
  });

  it("may run anywhere at once, beside sealing", async () => {
    const chainId = await makeChain(Array.from({ length: 40 }, (_, n) => 200 - n));
    await Promise.all([
      ...Array.from({ length: 6 }, () => pruneAuditLog(deps(7), chainId)),
      ...Array.from({ length: 4 }, () => sealAuditLog({ db }, chainId)),
    ]);
    const pruned = (await agesOf(chainId)).filter((item) => typeof item === "object");
    expect(pruned).toHaveLength(6);
    expect(await checkpointsOf(chainId)).toMatchObject([{ position: 40 }]);
  });

  it("does not open the door for anybody else: deleting is refused again right after it", async () => {
    const chainId = await makeChain([200, 1]);
    await pruneAuditLog(deps(), chainId);
    await expect(sql(db, "DELETE FROM audit_log WHERE chain_id = $1", chainId)).rejects.toThrow("append-only");
  });
});

describe("the worker", () => {
  it("prunes every chain that begins too old, and ends when it is told", async () => {
    const chains = [await makeChain([200, 150, 3]), await makeChain([5]), await makeChain([101, 101, 101])];
    const log = createLogger("auth-service", "silent");
    const workers = superviseWorkers([createPruneAuditLogWorker(deps(2)), createPruneAuditLogWorker(deps(2))], log);
    const countAged = async () => {
      const [row] = await sql<{ n: number }>(
        db,
        "SELECT count(*)::int AS n FROM audit_log WHERE chain_id = ANY($1) AND at < $2",
        chains,
        new Date(now.getTime() - 100 * dayMs),
      );
      return row?.n;
    };
    await expect.poll(countAged, { timeout: 5_000, interval: 50 }).toBe(0);
    expect(workers.failing()).toEqual([]);
    await workers.stop();
    expect((await agesOf(chains[0] ?? ""))[0]).toBe(3);
    expect(await agesOf(chains[1] ?? "")).toEqual([5]);
    expect((await agesOf(chains[2] ?? "")).every((item) => typeof item === "object")).toBe(true);
  });
});

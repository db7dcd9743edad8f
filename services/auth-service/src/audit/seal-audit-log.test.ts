import { type Database, openDatabase, type Tx } from "@roundtrip/database/database";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSealedChain } from "../test/audit-chain-check.ts";
import { sql } from "../test/open-auth-service.ts";
import { recordAudit } from "./record-audit.ts";
import { sealAuditLog, sealFreeChain } from "./seal-audit-log.ts";
import { createSealAuditLogWorker } from "./seal-audit-log.worker.ts";

const { database } = useTestDatabase("auth");
let db: Database;
let other: Database;
beforeAll(() => {
  db = openDatabase({ url: database().url, name: "sealer", poolSizeMax: 8 });
  other = openDatabase({ url: database().url, name: "other-sealer", poolSizeMax: 4 });
});
afterAll(async () => {
  await db.close();
  await other.close();
});

const record = (to: Database | Tx, chainId: string, note: string | number = 0) =>
  recordAudit(
    to,
    {
      action: "profile.updated",
      actor: { kind: "account", id: uuidv7() },
      customerId: chainId,
      source: { address: "203.0.113.77", requestId: "a-request" },
      detail: { note },
    },
    new Date(),
  );

const notesOf = async (chainId: string): Promise<unknown[]> =>
  (await readSealedChain(db, chainId)).map((item) => JSON.parse(item.body).detail.note);

const countWaiting = async (chainId: string): Promise<number> => {
  const [row] = await sql<{ n: number }>(
    db,
    "SELECT count(*)::int AS n FROM audit_entries WHERE chain_id = $1",
    chainId,
  );
  return row?.n ?? -1;
};

/** The same database, whose transactions of sealing fail at the very end of their work, every other time. */
const failing = (target: Database): Database => {
  let calls = 0;
  return {
    ...target,
    transaction: (work) =>
      target.transaction(async (tx) => {
        const result = await work(tx);
        calls += 1;
        if (calls % 2 === 1) throw new Error("the process ends here");
        return result;
      }),
  };
};

describe("recording", () => {
  it("is part of the change: rolled back with it, waiting when it is committed", async () => {
    const chainId = uuidv7();
    await expect(
      db.transaction(async (tx) => {
        await record(tx, chainId, "undone");
        throw new Error("no change");
      }),
    ).rejects.toThrow("no change");
    await db.transaction((tx) => record(tx, chainId, "done"));
    await sealAuditLog({ db }, chainId);
    expect(await notesOf(chainId)).toEqual(["done"]);
  });

  it("keeps the client's network and not its address", async () => {
    const chainId = uuidv7();
    await record(db, chainId);
    await sealAuditLog({ db }, chainId);
    const [only] = await readSealedChain(db, chainId);
    expect(JSON.parse(only?.body ?? "")).toMatchObject({ address: "203.0.113.0/24", request_id: "a-request" });
  });
});

describe("sealing", () => {
  it("puts each committed entry into the chain once, without gaps, whatever fails beside it", async () => {
    const chainId = uuidv7();
    const committed: string[] = [];
    let isWriting = true;
    const write = async (writer: number) => {
      for (let n = 0; n < 120; n += 1) {
        const note = `${writer}-${n}`;
        const change = db.transaction(async (tx) => {
          await record(tx, chainId, note);
          if (n % 5 === 0) throw new Error("rolled back");
        });
        await change.then(() => committed.push(note)).catch(() => undefined);
      }
    };
    const seal = async (target: Database) => {
      while (isWriting) await sealAuditLog({ db: target }, chainId).catch(() => undefined);
    };
    /** kill -9 for a connection: whatever the other sealer is in the middle of. */
    const kill = async () => {
      while (isWriting) {
        await sql(db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'other-sealer'");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const others = [seal(failing(db)), seal(other), kill()];
    await Promise.all(Array.from({ length: 6 }, (_, writer) => write(writer)));
    isWriting = false;
    await Promise.all(others);
    await sealAuditLog({ db }, chainId);
    const notes = await notesOf(chainId);
    expect(notes.length).toBe(6 * 96);
    expect(notes.toSorted()).toEqual(committed.toSorted());
    expect(await countWaiting(chainId)).toBe(0);
  });

  it("keeps the order in which one writer has committed", async () => {
    const chainId = uuidv7();
    for (let n = 0; n < 5; n += 1) {
      await record(db, chainId, n);
      if (n % 2 === 0) await sealAuditLog({ db }, chainId);
    }
    await sealAuditLog({ db }, chainId);
    expect(await notesOf(chainId)).toEqual([0, 1, 2, 3, 4]);
  });

  it("never puts a late commit in front of what was sealed before it", async () => {
    const chainId = uuidv7();
    await db.transaction(async (tx) => {
      await record(tx, chainId, "begun first, committed last");
      await record(db, chainId, "committed first");
      await sealAuditLog({ db: other }, chainId);
    });
    await sealAuditLog({ db }, chainId);
    expect(await notesOf(chainId)).toEqual(["committed first", "begun first, committed last"]);
  });

  it("takes a backlog of several batches in one go", async () => {
    const chainId = uuidv7();
    await sql(
      db,
      `INSERT INTO audit_entries (audit_id, chain_id, body)
       SELECT gen_random_uuid(), $1, json_build_object('at', now(), 'action', 'profile.updated', 'n', n)::text
       FROM generate_series(1, 1200) n`,
      chainId,
    );
    await sealAuditLog({ db }, chainId);
    expect(await readSealedChain(db, chainId)).toHaveLength(1_200);
  });

  it("keeps chains apart, and gives no two the same hashes", async () => {
    const [one, two] = [uuidv7(), uuidv7()];
    for (const chainId of [one, two]) {
      await record(db, chainId, "same");
      await sealAuditLog({ db }, chainId);
    }
    const [first, second] = [await readSealedChain(db, one), await readSealedChain(db, two)];
    expect([first.length, second.length]).toEqual([1, 1]);
    expect(first[0]?.hash).not.toBe(second[0]?.hash);
  });

  it("waits for a sealer that has taken the entries and not yet committed", async () => {
    const chainId = uuidv7();
    await record(db, chainId, "mine");
    let isSealed = false;
    let reading: Promise<void> | undefined;
    await other.transaction(async (tx) => {
      await sealFreeChain({ db: { ...other, transaction: (work) => work(tx) } }, chainId);
      reading = sealAuditLog({ db }, chainId).then(() => {
        isSealed = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(isSealed).toBe(false);
      // A worker does not queue behind it.
      expect(await sealFreeChain({ db }, chainId)).toBe(false);
    });
    await reading;
    expect(await notesOf(chainId)).toEqual(["mine"]);
  });
});

describe("the worker", () => {
  it("seals every chain within its pause, with two replicas at work, and ends when it is told", async () => {
    const chains = [uuidv7(), uuidv7(), uuidv7()];
    const log = createLogger("auth-service", "silent");
    const workers = superviseWorkers([createSealAuditLogWorker({ db }), createSealAuditLogWorker({ db: other })], log);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const chainId of chains) await record(db, chainId);
    await expect.poll(() => Promise.all(chains.map(countWaiting)), { timeout: 2_000, interval: 20 }).toEqual([0, 0, 0]);
    expect(workers.failing()).toEqual([]);
    await workers.stop();
    for (const chainId of chains) expect(await readSealedChain(db, chainId)).toHaveLength(1);
  });
});

describe("a sealed record", () => {
  it.each([
    ["UPDATE", "UPDATE audit_log SET body = '{}'"],
    ["UPDATE of nothing but its hash", "UPDATE audit_log SET hash = hash"],
    ["DELETE", "DELETE FROM audit_log"],
    ["TRUNCATE", "TRUNCATE audit_log"],
  ])("cannot be changed by %s", async (_name, text) => {
    const chainId = uuidv7();
    await record(db, chainId);
    await sealAuditLog({ db }, chainId);
    await expect(sql(db, text)).rejects.toThrow("the audit log is append-only");
    expect(await readSealedChain(db, chainId)).toHaveLength(1);
  });

  it("cannot be changed in the name of pruning either, nor emptied", async () => {
    const chainId = uuidv7();
    await record(db, chainId);
    await sealAuditLog({ db }, chainId);
    for (const text of ["UPDATE audit_log SET body = '{}'", "TRUNCATE audit_log"]) {
      const change = db.transaction(async (tx) => {
        await tx.query({ name: "pruning", text: "SET LOCAL roundtrip.pruning = 'on'" }, []);
        await tx.query({ name: text, text }, []);
      });
      await expect(change).rejects.toThrow("the audit log is append-only");
    }
    expect(await readSealedChain(db, chainId)).toHaveLength(1);
  });
});

import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { startCuttableProxy, throughProxy } from "@roundtrip/test-harness/cuttable-proxy";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, openDatabase, type Sql, statement, uniqueViolation } from "./database.ts";

const insert = statement("test-insert", "INSERT INTO inbox (durable, event_id) VALUES ($1, gen_random_uuid())");
const count = statement<{ count: number }>("test-count", "SELECT count(*)::int AS count FROM inbox WHERE durable = $1");
const insertTwice = statement(
  "test-twice",
  "INSERT INTO inbox (durable, event_id) VALUES ('same', '00000000-0000-0000-0000-000000000001')",
);

const countOf = async (sql: Sql, durable: string) => (await sql.query(count, [durable]))[0]?.count;

describe("database", () => {
  const { database } = useTestDatabase("survey");
  let db: Database;
  beforeAll(() => {
    db = openDatabase({ url: database().url, name: "database-test" });
  });
  afterAll(() => db.close());

  it("keeps everything of a transaction, then runs what was to happen after the commit", async () => {
    const seen: (number | undefined)[] = [];
    await db.transaction(async (tx) => {
      tx.afterCommit(() => void seen.push(1));
      await tx.query(insert, ["kept"]);
      await tx.query(insert, ["kept"]);
      expect(seen).toEqual([]);
      expect(await countOf(db, "kept")).toBe(0);
    });
    expect(seen).toEqual([1]);
    expect(await countOf(db, "kept")).toBe(2);
  });

  it("keeps nothing of a transaction that throws, and runs nothing after it", async () => {
    const seen: number[] = [];
    const failing = db.transaction(async (tx) => {
      tx.afterCommit(() => void seen.push(1));
      await tx.query(insert, ["dropped"]);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await countOf(db, "dropped")).toBe(0);
    expect(seen).toEqual([]);
  });

  it("runs a transaction again when it lost against another one", async () => {
    const increment = async (sql: Sql) => {
      const [row] = await sql.query(
        statement<{ last: string }>("test-read", "SELECT last_sequence AS last FROM outbox_relay_state WHERE id = 1"),
        [],
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      await sql.query(statement("test-write", "UPDATE outbox_relay_state SET last_sequence = $1 WHERE id = 1"), [
        Number(row?.last) + 1,
      ]);
    };
    await db.query(statement("test-start", "INSERT INTO outbox_relay_state VALUES (1, 'x', 0)"), []);
    let runs = 0;
    const once = () =>
      db.transaction(async (tx) => {
        runs += 1;
        await tx.query(statement("test-level", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"), []);
        await increment(tx);
      });
    await Promise.all([once(), once()]);
    const [row] = await db.query(
      statement<{ last: string }>("test-read", "SELECT last_sequence AS last FROM outbox_relay_state WHERE id = 1"),
      [],
    );
    expect(row?.last).toBe("2");
    expect(runs).toBeGreaterThan(2);
  });

  it("names the constraint of a unique violation", async () => {
    await db.query(insertTwice, []);
    const error: unknown = await db.query(insertTwice, []).catch((thrown: unknown) => thrown);
    expect(uniqueViolation(error)).toBe("inbox__durable_event_id");
    expect(uniqueViolation(new Error("other"))).toBeNull();
  });
});

describe("database that goes away", () => {
  const { database } = useTestDatabase("survey");

  it("is unavailable while it is away, mid-transaction too, and works again when it is back", async () => {
    const proxy = await startCuttableProxy(Number(new URL(database().url).port));
    const db = openDatabase({ url: throughProxy(database().url, proxy), name: "database-away-test" });
    await db.check();
    const cutOff = db.transaction(async (tx) => {
      await tx.query(insert, ["cut"]);
      proxy.cut();
      await tx.query(insert, ["cut"]);
    });
    await expect(cutOff).rejects.toBeInstanceOf(DependencyUnavailable);
    await expect(db.check()).rejects.toBeInstanceOf(DependencyUnavailable);
    await expect(db.transaction(async () => undefined)).rejects.toBeInstanceOf(DependencyUnavailable);
    proxy.mend();
    await db.check();
    expect(await countOf(db, "cut")).toBe(0);
    await db.close();
    await proxy.close();
  });
});

import { execFile } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import { readSealedChain } from "../test/audit-chain-check.ts";
import { adminHeaders, claimsOf, sql, useAuthService } from "../test/open-auth-service.ts";
import { exportAuditLog } from "./export-audit-log.ts";
import { platformChainId, recordAudit } from "./record-audit.ts";
import { sealAuditLog } from "./seal-audit-log.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
let customerId: string;
let accountId: string;
const day = (n: number) => `2026-01-0${n}T00:00:00.000Z`;
beforeAll(async () => {
  const { app, db } = service();
  headers = await adminHeaders(app);
  const claims = claimsOf(headers["x-auth-token"] ?? "");
  accountId = claims.sub;
  customerId = (claims.kind === "account" && claims.memberships[0]?.customer_id) || "";
  // Signing in is written down, too; these tests begin after it.
  await sql(db, "DELETE FROM audit_entries");
  for (const n of [1, 2, 3, 4, 5]) {
    const event = { action: "profile.updated", actor: { kind: "system", id: null }, source: null } as const;
    await recordAudit(db, { ...event, customerId, detail: { n, text: "ü \u2028 \n" } }, new Date(day(n)));
  }
});

const download = (query = "", path = "/v2/audit-log/export") =>
  service().app.inject({ url: `${path}${query}`, headers: { ...headers, "x-request-id": "an-export" } });
const linesOf = (text: string) => text.trimEnd().split("\n");
const entryOf = (line = "") => JSON.parse(JSON.parse(line).body);

/** The program that customers use. */
const verify = (text: string) =>
  new Promise<string>((resolve) => {
    const cwd = fileURLToPath(new URL("../../../..", import.meta.url));
    const child = execFile(
      process.execPath,
      ["--import", "tsx", "tools/verify-audit-log.ts"],
      { cwd },
      (_error, output) => resolve(output),
    );
    child.stdin?.end(text);
  });

describe("200", () => {
  it("gives the whole chain, itself included, as lines that verify with nothing else", async () => {
    const response = await download();
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ "content-type": "application/x-ndjson", "cache-control": "no-store" });
    const lines = linesOf(response.body);
    expect(lines).toHaveLength(8);
    const sealed = await readSealedChain(service().db, customerId);
    expect(lines.slice(1, -1).map((line) => JSON.parse(line))).toEqual(
      sealed.map(({ position, hash, body }) => ({ position, hash, body })),
    );
    expect(JSON.parse(lines[0] ?? "")).toEqual({ chain: customerId, position: 0, hash: expect.any(String) });
    expect(JSON.parse(lines[7] ?? "")).toEqual({ end: true, position: 6, hash: sealed[5]?.hash });
    expect(entryOf(lines[6])).toMatchObject({
      action: "audit_log.exported",
      actor: { kind: "account", id: accountId },
      request_id: "an-export",
      detail: { since: null, until: null },
    });
    expect(await verify(response.body)).toBe(`ok: 6 entries up to position 6, ${sealed[5]?.hash}\n`);
  });

  it.each([
    ["a changed byte", (text: string) => text.replace('\\"n\\":3', '\\"n\\":8'), "line 4 does not have the hash"],
    ["a removed line", (text: string) => linesOf(text).toSpliced(3, 1).join("\n"), "line 4 has position 4 after 2"],
    ["a cut end", (text: string) => text.slice(0, -300), "is not"],
  ])("lets the program see %s", async (_name, tamper, message) => {
    expect(await verify(tamper((await download()).body))).toContain(message);
  });

  it("cuts at times and still verifies: the first line says what the part is chained to", async () => {
    const { body } = await download(`?since=${day(2)}&until=${day(5)}`);
    const lines = linesOf(body);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ chain: customerId, position: 1 });
    expect(lines.slice(1, -1).map((line) => entryOf(line).detail.n)).toEqual([2, 3, 4]);
    expect(await verify(body)).toMatch(/^ok: 3 entries up to position 4/);
  });

  it("says where the chain stands when nothing happened in that time", async () => {
    const { body } = await download("?until=2020-01-01T00:00:00Z");
    const [first, last, ...rest] = linesOf(body).map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    expect(last).toEqual({ end: true, position: first.position, hash: first.hash });
  });

  it("begins at the checkpoint after pruning", async () => {
    const { db } = service();
    const chainId = uuidv7();
    const request = { chainId, accountId, since: null, until: null, source: { address: "::1", requestId: "r" } };
    const event = { action: "profile.updated", actor: { kind: "system", id: null }, source: null } as const;
    for (let n = 0; n < 4; n += 1) await recordAudit(db, { ...event, customerId: chainId }, new Date());
    await sealAuditLog({ db }, chainId);
    await db.transaction(async (tx) => {
      await tx.query({ name: "allow", text: "SET LOCAL roundtrip.pruning = 'on'" }, []);
      await tx.query({ name: "prune", text: "DELETE FROM audit_log WHERE chain_id = $1 AND position < 3" }, [chainId]);
    });
    const [third] = await sql<{ hash: string }>(
      db,
      "SELECT hash FROM audit_log WHERE chain_id = $1 AND position = 3",
      chainId,
    );
    // Without its checkpoint the beginning cannot be shown to be one.
    await expect(exportAuditLog({ db, clock: () => new Date() }, request)).rejects.toThrow("pruned");
    await sql(
      db,
      "INSERT INTO audit_checkpoints (chain_id, position, hash, pruned_at) VALUES ($1, 2, repeat('0', 64), now())",
      chainId,
    );
    let text = "";
    for await (const part of await exportAuditLog({ db, clock: () => new Date() }, request)) text += part;
    expect(JSON.parse(linesOf(text)[0] ?? "")).toEqual({ chain: chainId, position: 2, hash: "0".repeat(64) });
    expect(JSON.parse(linesOf(text)[1] ?? "")).toMatchObject({ position: 3, hash: third?.hash });
  });

  it("gives operators the installation's own chain, and writes that down there", async () => {
    const { body } = await download("", "/v2/audit-log/platform/export");
    expect(JSON.parse(linesOf(body)[0] ?? "")).toMatchObject({ chain: platformChainId });
    expect(entryOf(linesOf(body).at(-2))).toMatchObject({ action: "audit_log.exported", actor: { id: accountId } });
    expect(await verify(body)).toMatch(/^ok/);
  });
});

/** What is left on the heap when the garbage is gone. */
const retainedBytes = (): number => {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
};

describe("a long chain", () => {
  const count = 100_000;
  const mib = 1_048_576;
  const chainId = platformChainId;
  let url = "";
  beforeAll(async () => {
    const { app, db } = service();
    url = `${await app.listen({ port: 0 })}/v2/audit-log/platform/export`;
    await sql(
      db,
      `INSERT INTO audit_entries (audit_id, chain_id, body)
       SELECT gen_random_uuid(), $1, json_build_object('at', now(), 'action', 'sign_in.failed', 'n', n,
         'detail', json_build_object('text', repeat('x', 300)))::text FROM generate_series(1, $2::int) n`,
      chainId,
      count,
    );
    await sealAuditLog({ db }, chainId);
  }, 60_000);

  const open = async (): Promise<IncomingMessage> => {
    const [response] = await once(get(url, { headers, agent: false }), "response");
    return response;
  };

  it("goes out line by line, and never is more of it in memory than a few batches", async () => {
    const response = await open();
    const heapBefore = retainedBytes();
    let bytes = 0;
    let lines = 0;
    let heapMax = 0;
    let nextLook = 0;
    for await (const part of response) {
      bytes += part.length;
      for (const byte of part) if (byte === 10) lines += 1;
      if (bytes < nextLook) continue;
      nextLook += 5 * mib;
      heapMax = Math.max(heapMax, retainedBytes() - heapBefore);
    }
    expect(lines).toBeGreaterThan(count);
    expect(bytes).toBeGreaterThan(50 * mib);
    expect(heapMax).toBeLessThan(16 * mib);
  }, 60_000);

  it("is read no further than somebody takes it, holds no connection, and ends when they leave", async () => {
    const { app } = service();
    const response = await open();
    response.pause();
    const heapBefore = retainedBytes();
    await sleep(1_000);
    // A few batches are read ahead of a reader that does not read; all of it would be 50 MiB.
    expect(retainedBytes() - heapBefore).toBeLessThan(16 * mib);
    // Five connections; one held for each download would leave none.
    const waiting = await Promise.all(Array.from({ length: 8 }, open));
    for (const one of waiting) one.pause();
    expect((await app.inject({ url: "/v2/audit-log", headers })).statusCode).toBe(200);
    for (const one of [response, ...waiting]) one.destroy();
    expect((await app.inject({ url: "/v2/audit-log", headers })).statusCode).toBe(200);
  }, 60_000);

  it("breaks off when pruning takes what was still to be sent, and never leaves a gap", async () => {
    const { db } = service();
    const request = { chainId, accountId, since: null, until: null, source: { address: "::1", requestId: "r" } };
    const lines = (await exportAuditLog({ db, clock: () => new Date() }, request))[Symbol.asyncIterator]();
    await lines.next();
    await lines.next();
    await db.transaction(async (tx) => {
      await tx.query({ name: "allow", text: "SET LOCAL roundtrip.pruning = 'on'" }, []);
      await tx.query({ name: "prune-1000", text: "DELETE FROM audit_log WHERE chain_id = $1 AND position < 1000" }, [
        chainId,
      ]);
    });
    await expect(lines.next()).rejects.toThrow("the chain was pruned while it was read");
  });
});

describe("422", () => {
  it.each(["?since=yesterday", "?limit=5", "?after=MQ"])("refuses %s", async (query) => {
    expect((await download(query)).json()).toMatchObject({ status: 422, code: "invalid_request" });
  });
});

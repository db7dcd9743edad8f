import { statement } from "@roundtrip/database/database";
import { beforeEach, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import { ShardLeases } from "./shard-leases.ts";

const { service } = useNotifyService({ workers: [] });
const leaseMs = 5_000;
const expire = statement(
  "test-expire",
  "UPDATE shard_leases SET expires_at = now() - interval '1 second' WHERE owner = $1",
);
const expireEngine = statement(
  "test-expire-engine",
  "UPDATE delivery_engines SET expires_at = now() - interval '1 second' WHERE instance_id = $1",
);
beforeEach(async () => {
  await service().db.query(statement("test-free", "UPDATE shard_leases SET owner = NULL, expires_at = NULL"), []);
  await service().db.query(statement("test-none", "DELETE FROM delivery_engines"), []);
});

interface Engine {
  readonly leases: ShardLeases;
  readonly lost: number[];
  /** Shards with something under way. */
  readonly busy: Set<number>;
}

const openEngine = (instanceId: string): Engine => {
  const lost: number[] = [];
  const busy = new Set<number>();
  const leases = new ShardLeases({
    db: service().db,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    instanceId,
    leaseMs,
    onGained: () => undefined,
    onLost: (shards) => void lost.push(...shards),
    isIdle: (shard) => !busy.has(shard),
  });
  return { leases, lost, busy };
};
const die = async (instanceId: string) => {
  await service().db.query(expire, [instanceId]);
  await service().db.query(expireEngine, [instanceId]);
};
const overlap = (one: Engine, other: Engine) => one.leases.shards.filter((shard) => other.leases.owns(shard));

describe("one engine", () => {
  it("takes everything, and believes it for as long as the lease", async () => {
    const { leases } = openEngine("a");
    const beforeMs = performance.now();
    expect(leases.isValid(beforeMs)).toBe(false);
    await leases.renew();
    expect(leases.shards).toHaveLength(64);
    expect(leases.isValid(beforeMs + leaseMs - 1)).toBe(true);
    expect(leases.isValid(performance.now() + leaseMs)).toBe(false);
  });

  it("keeps what nobody took, even when it was late", async () => {
    const { leases, lost } = openEngine("a");
    await leases.renew();
    await die("a");
    await leases.renew();
    expect(leases.shards).toHaveLength(64);
    expect(lost).toEqual([]);
  });
});

describe("several engines", () => {
  it("own half each, and never the same shard", async () => {
    const [a, b] = [openEngine("a"), openEngine("b")];
    await a.leases.renew();
    await b.leases.renew();
    expect(b.leases.shards).toEqual([]);
    await a.leases.renew();
    expect(a.leases.shards).toHaveLength(32);
    await b.leases.renew();
    expect(b.leases.shards).toHaveLength(32);
    expect(overlap(a, b)).toEqual([]);
    expect(a.lost).toHaveLength(32);
  });

  it("go on for one that died", async () => {
    const [a, b] = [openEngine("a"), openEngine("b")];
    await a.leases.renew();
    await die("a");
    await b.leases.renew();
    expect(b.leases.shards).toHaveLength(64);
    await a.leases.renew();
    expect(a.leases.shards).toEqual([]);
    expect(a.lost).toHaveLength(64);
  });

  it("give a shard away only when nothing of it is under way", async () => {
    const [a, b] = [openEngine("a"), openEngine("b")];
    await a.leases.renew();
    a.busy.add(63);
    await b.leases.renew();
    await a.leases.renew();
    expect(a.leases.owns(63)).toBe(false);
    await b.leases.renew();
    expect(b.leases.owns(63)).toBe(false);
    expect(b.leases.shards).toHaveLength(31);
    a.busy.clear();
    await a.leases.renew();
    await b.leases.renew();
    expect(b.leases.owns(63)).toBe(true);
  });

  it("take over at once what another one has given back", async () => {
    const [a, b] = [openEngine("a"), openEngine("b")];
    await a.leases.renew();
    await a.leases.releaseAll();
    expect(a.leases.shards).toEqual([]);
    await b.leases.renew();
    expect(b.leases.shards).toHaveLength(64);
  });

  it("that start together end up with their shares", async () => {
    const engines = ["a", "b", "c"].map(openEngine);
    for (let round = 0; round < 4; round += 1) await Promise.all(engines.map((engine) => engine.leases.renew()));
    const owned = engines.flatMap((engine) => engine.leases.shards);
    expect(new Set(owned).size).toBe(64);
    expect(owned).toHaveLength(64);
    for (const engine of engines) expect(engine.leases.shards.length).toBeLessThanOrEqual(22);
  });
});

describe("the same name", () => {
  it("gets its shards back at once, and the old process loses them", async () => {
    const [old, restarted] = [openEngine("a"), openEngine("a")];
    await old.leases.renew();
    await restarted.leases.renew();
    expect(restarted.leases.shards).toHaveLength(64);
    await old.leases.renew();
    expect(old.leases.shards).toEqual([]);
    expect(overlap(old, restarted)).toEqual([]);
  });
});

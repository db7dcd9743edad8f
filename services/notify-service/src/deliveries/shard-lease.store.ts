import { type Sql, statement } from "@roundtrip/database/database";

const beat = statement<{ engines: number }>(
  "lease-beat",
  `WITH me AS (
     INSERT INTO delivery_engines (instance_id, expires_at) VALUES ($1, now() + $2 * interval '1 millisecond')
     ON CONFLICT (instance_id) DO UPDATE SET expires_at = excluded.expires_at),
   stale AS (DELETE FROM delivery_engines WHERE expires_at < now() - interval '1 hour' AND instance_id <> $1)
   SELECT 1 + count(*)::int AS engines FROM delivery_engines WHERE expires_at > now() AND instance_id <> $1`,
);

/** Says that this engine is alive for another `leaseMs`, and answers how many are, this one included. */
export const beatHeart = async (sql: Sql, instanceId: string, leaseMs: number): Promise<number> => {
  const [row] = await sql.query(beat, [instanceId, leaseMs]);
  return row?.engines ?? 1;
};

export interface HeldShard {
  readonly shard: number;
  /** A bigint as text. */
  readonly epoch: string;
}

const renew = statement<{ shard: number }>(
  "lease-renew",
  `UPDATE shard_leases l SET expires_at = now() + $2 * interval '1 millisecond'
   FROM unnest($3::smallint[], $4::bigint[]) AS held(shard, epoch)
   WHERE l.shard = held.shard AND l.epoch = held.epoch AND l.owner = $1
   RETURNING l.shard`,
);

/** Answers the shards that are still this engine's: nobody has raised their epoch, so nobody else worked on them. */
export const renewLeases = async (
  sql: Sql,
  instanceId: string,
  { held, leaseMs }: { readonly held: readonly HeldShard[]; readonly leaseMs: number },
): Promise<ReadonlySet<number>> => {
  const kept = await sql.query(renew, [
    instanceId,
    leaseMs,
    held.map((each) => each.shard),
    held.map((each) => each.epoch),
  ]);
  return new Set(kept.map((row) => row.shard));
};

const claim = statement<HeldShard>(
  "lease-claim",
  `UPDATE shard_leases l SET owner = $1, epoch = l.epoch + 1, expires_at = now() + $2 * interval '1 millisecond'
   WHERE l.shard IN (
     SELECT shard FROM shard_leases
     WHERE owner IS NULL OR expires_at < now() OR ($4 AND owner = $1)
     ORDER BY (owner = $1) IS TRUE DESC, shard LIMIT $3 FOR UPDATE SKIP LOCKED)
   RETURNING l.shard, l.epoch`,
);

export interface Claim {
  readonly leaseMs: number;
  readonly shardsMax: number;
  /** A process that has just started takes back what it held under this name before, without waiting for the lease. */
  readonly takeBack: boolean;
}

export const claimShards = (
  sql: Sql,
  instanceId: string,
  { leaseMs, shardsMax, takeBack }: Claim,
): Promise<HeldShard[]> => sql.query(claim, [instanceId, leaseMs, shardsMax, takeBack]);

const release = statement(
  "lease-release",
  `UPDATE shard_leases l SET owner = NULL, expires_at = NULL
   FROM unnest($2::smallint[], $3::bigint[]) AS held(shard, epoch)
   WHERE l.shard = held.shard AND l.epoch = held.epoch AND l.owner = $1`,
);

export const releaseShards = async (sql: Sql, instanceId: string, held: readonly HeldShard[]): Promise<void> => {
  await sql.query(release, [instanceId, held.map((each) => each.shard), held.map((each) => each.epoch)]);
};

const leave = statement("lease-leave", "DELETE FROM delivery_engines WHERE instance_id = $1");

export const leaveEngines = async (sql: Sql, instanceId: string): Promise<void> => {
  await sql.query(leave, [instanceId]);
};

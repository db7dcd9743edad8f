import type { Database } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";

export interface Leadership {
  /** False once the connection that holds the lock is gone. */
  readonly isHeld: () => boolean;
  release(): void;
}

/** One lock per database; services do not share databases, so a constant will do. */
const lockKey = 0x6f757462;

/** Null when another process leads. The lock lives as long as its connection: a killed process loses it at once. */
export const holdLeadership = async (db: Database): Promise<Leadership | null> => {
  const client = await db.pool.connect().catch((cause: unknown) => {
    throw new DependencyUnavailable("database", { cause });
  });
  let held = true;
  const lose = () => {
    held = false;
  };
  client.on("error", lose);
  const release = () => {
    lose();
    client.removeListener("error", lose);
    // Destroyed, not returned: the session's end is what releases the lock, whatever state it is in.
    client.release(true);
  };
  try {
    const result = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [lockKey]);
    if (result.rows[0]?.locked) return { isHeld: () => held, release };
    release();
    return null;
  } catch (cause) {
    release();
    throw new DependencyUnavailable("database", { cause });
  }
};

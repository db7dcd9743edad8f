import type { Database } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { EngineLog } from "../deliveries/engine-log.ts";
import {
  createDay,
  dropDay,
  findOldestNeededDay,
  listDays,
  partitionedTables,
  pruneDefault,
} from "./partition.store.ts";

export interface KeepPartitions {
  readonly db: Database;
  readonly log: EngineLog;
  readonly retentionDays: number;
  readonly now: Date;
}

/** A service that is down for a week still finds its day ready when it comes back. */
const daysAhead = 7;
const dayMs = 86_400_000;

/**
 * Makes the partitions of yesterday to a week ahead, and drops those older than the retention. Safe to run again and in
 * several processes. A day that cannot be made (it has rows in the default partition already) stays in the default one.
 */
export const keepPartitions = async ({ db, log, retentionDays, now }: KeepPartitions): Promise<void> => {
  const dayAt = (offset: number) => new Date(now.getTime() + offset * dayMs).toISOString().slice(0, 10);
  const wanted = Array.from({ length: daysAhead + 2 }, (_, index) => dayAt(index - 1));
  const needed = await findOldestNeededDay(db);
  for (const each of partitionedTables) {
    const { table } = each;
    const days = await listDays(db, table);
    for (const day of wanted.filter((candidate) => !days.includes(candidate))) {
      await tryDay(log, { table, day, change: () => db.transaction((tx) => createDay(tx, table, day)) });
    }
    // An event's body must outlive its deliveries; in practice they end weeks before it.
    const keepFrom =
      [dayAt(-retentionDays), ...(table === "events" && needed !== null ? [needed] : [])].sort()[0] ?? "";
    for (const day of days.filter((candidate) => candidate < keepFrom)) {
      await tryDay(log, { table, day, change: () => db.transaction((tx) => dropDay(tx, table, day)) });
    }
    await pruneDefault(db, each, keepFrom);
  }
};

interface DayChange {
  readonly table: string;
  readonly day: string;
  readonly change: () => Promise<void>;
}

/** One day's trouble (a lock that is busy, rows in the way) is for the next round and not for the other days. */
const tryDay = async (log: EngineLog, { table, day, change }: DayChange): Promise<void> => {
  try {
    await change();
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    log.warn({ err: error, table, day }, "a partition stays as it is");
  }
};

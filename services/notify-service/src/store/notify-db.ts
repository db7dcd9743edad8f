import { PrismaPg } from "@prisma/adapter-pg";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { PrismaClient } from "./generated/client.ts";

export interface NotifyDb {
  readonly db: Database;
  readonly prisma: Prisma;
  close(): Promise<void>;
}

export type Prisma = ReturnType<typeof openPrisma>;

export interface NotifyDbOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  readonly onIdleError: (error: Error) => void;
}

/** One pool for both: hot paths and everything with an event use `db`, plain reads and writes use `prisma`. */
export const openNotifyDb = (options: NotifyDbOptions): NotifyDb => {
  const db = openDatabase({ ...options, name: "notify-service" });
  const prisma = openPrisma(db);
  return {
    db,
    prisma,
    close: async () => {
      await prisma.$disconnect();
      await db.close();
    },
  };
};

/** Prisma wraps what the driver says in errors of its own; here a database that is away becomes what it is everywhere else. */
const openPrisma = (db: Database) =>
  new PrismaClient({ adapter: new PrismaPg(db.pool) }).$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return await query(args);
        } catch (error) {
          throw (await isAway(db)) ? new DependencyUnavailable("database", { cause: error }) : error;
        }
      },
    },
  });

/** Asks the database itself: Prisma has a dozen codes for one that is away, and not all connection faults have one. */
const isAway = async (db: Database): Promise<boolean> => {
  try {
    await db.check();
    return false;
  } catch {
    return true;
  }
};

import { PrismaPg } from "@prisma/adapter-pg";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { PrismaClient } from "./generated/client.ts";

export interface AuthDb {
  readonly db: Database;
  readonly prisma: Prisma;
  close(): Promise<void>;
}

export type Prisma = ReturnType<typeof openPrisma>;

export interface AuthDbOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  readonly onIdleError: (error: Error) => void;
}

/** One pool for both: hot paths and what must be one statement or transaction use `db`, plain reads use `prisma`. */
export const openAuthDb = (options: AuthDbOptions): AuthDb => {
  const db = openDatabase({ ...options, name: "auth-service" });
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

/** Prisma wraps what the driver says in errors of its own; here a database that is away is what it is everywhere else. */
const openPrisma = (db: Database) =>
  new PrismaClient({ adapter: new PrismaPg(db.pool) }).$extends({
    query: {
      $allOperations: async ({ args, query }) => {
        try {
          return await query(args);
        } catch (error) {
          // Throws `DependencyUnavailable` itself when the database does not answer; Prisma has a dozen codes for that.
          await db.check();
          throw error;
        }
      },
    },
  });

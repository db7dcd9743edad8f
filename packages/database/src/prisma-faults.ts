import type { Database } from "./database.ts";

interface PrismaOperation {
  readonly args: unknown;
  readonly query: (args: unknown) => Promise<unknown>;
}

/**
 * A Prisma client extension: Prisma wraps what the driver says in errors of its own, a dozen codes for a database that is
 * away; with this it is `DependencyUnavailable`, as it is everywhere else. `client.$extends(prismaFaults(db))`.
 */
export const prismaFaults = (db: Database) => ({
  query: {
    $allOperations: async ({ args, query }: PrismaOperation): Promise<unknown> => {
      try {
        return await query(args);
      } catch (error) {
        // Throws `DependencyUnavailable` itself when the database does not answer.
        await db.check();
        throw error;
      }
    },
  },
});

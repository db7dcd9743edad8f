import { PrismaPg } from "@prisma/adapter-pg";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { prismaFaults } from "@roundtrip/database/prisma-faults";
import { PrismaClient } from "./generated/client.ts";

export type Prisma = ReturnType<typeof openPrisma>;

export interface SurveyDbOptions {
  readonly url: string;
  readonly poolSizeMax: number;
  readonly onIdleError: (error: Error) => void;
}

/** One pool for both: hot paths and everything with an event use `db`, plain reads and writes use `prisma`. */
export const openSurveyDb = (options: SurveyDbOptions) => {
  const db = openDatabase({ ...options, name: "survey-service" });
  const prisma = openPrisma(db);
  const close = async (): Promise<void> => {
    await prisma.$disconnect();
    await db.close();
  };
  return { db, prisma, close };
};

const openPrisma = (db: Database) => new PrismaClient({ adapter: new PrismaPg(db.pool) }).$extends(prismaFaults(db));

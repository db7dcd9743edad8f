import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate } from "@roundtrip/migrations/migrate";
import { contexts, provisionDatabases } from "@roundtrip/migrations/provision";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { findNatsServer } from "./find-nats-server.ts";
import { startPostgres } from "./postgres-process.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgresAdminUrl: string;
    postgresPasswords: Readonly<Record<"auth" | "survey" | "notify", string>>;
  }
}

const prismaFolder = fileURLToPath(new URL("../../../prisma", import.meta.url));

/**
 * Starts one Postgres for the run and migrates one template database per context; `openTestDatabase` clones them. The
 * templates belong to the services' own roles, so tests run with the rights that production has.
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  // Fetched once, before several workers look for it at the same time.
  await findNatsServer();
  // Tests lose nothing in a crash; without syncs the suite takes a third of the time.
  const postgres = await startPostgres(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
  const password = () => randomBytes(12).toString("hex");
  const passwords = { auth: password(), survey: password(), notify: password() };
  const urls = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "template", passwords });
  for (const context of contexts) await migrate({ url: urls[context], directory: join(prismaFolder, context) });
  await forbidConnections(postgres.adminUrl);
  project.provide("postgresAdminUrl", postgres.adminUrl);
  project.provide("postgresPasswords", passwords);
  return () => postgres.stop();
};

/** A database can be cloned only while nobody is connected to it. */
const forbidConnections = async (adminUrl: string): Promise<void> => {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  for (const context of contexts) await client.query(`ALTER DATABASE template_${context} IS_TEMPLATE true`);
  await client.end();
};

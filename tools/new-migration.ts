import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sqlFromEmptySchema } from "@roundtrip/migrations/schema-engine";
import { startPostgres } from "@roundtrip/test-harness/postgres-process";

/**
 * `tsx --conditions=source tools/new-migration.ts <auth|survey|notify> <name>` writes the SQL from an empty database to
 * today's schema as a new migration. For a first migration that is the draft; for a later one, keep the lines that changed.
 */
const main = async (): Promise<void> => {
  const [context, name] = process.argv.slice(2);
  if (!context || !name || !/^[a-z0-9_]+$/.test(name))
    throw new Error("usage: new-migration <auth|survey|notify> <name>");
  const folder = fileURLToPath(new URL(`../prisma/${context}`, import.meta.url));
  const path = join(folder, "schema.prisma");
  const postgres = await startPostgres();
  const sql = await sqlFromEmptySchema({ path, content: await readFile(path, "utf8") }, postgres.adminUrl);
  await postgres.stop();
  const stamp = new Date().toISOString().replace(/[-:T]/g, "").slice(0, 14);
  const target = join(folder, "migrations", `${stamp}_${name}`);
  await mkdir(target, { recursive: true });
  await writeFile(join(target, "migration.sql"), sql);
  console.log(`${target}: ${(await readdir(target)).join(", ")}`);
};

await main();

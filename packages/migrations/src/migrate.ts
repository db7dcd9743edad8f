import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { openSchemaEngine } from "./schema-engine.ts";

/** A service must not run on a database that newer code has changed. */
export class DatabaseIsNewer extends Error {
  constructor(migrations: readonly string[]) {
    super(`the database has migrations that this version does not know: ${migrations.join(", ")}`);
    this.name = "DatabaseIsNewer";
  }
}

export interface MigrateOptions {
  readonly url: string;
  /** `prisma/<context>`: holds `schema.prisma` and `migrations/`. */
  readonly directory: string;
}

/** "roundtrip" in ASCII, cut to 31 bits; any constant does, as long as every process uses the same. */
const lockKey = 0x726f756e;

/**
 * Applies the pending migrations of one context, in Prisma's format and ledger, under a session advisory lock: of several
 * processes that start at once, one applies and the others wait. Returns the names it applied.
 * Throws `DatabaseIsNewer` when the ledger holds a migration that the directory lacks.
 */
export const migrate = async (options: MigrateOptions): Promise<readonly string[]> => {
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
    const migrations = await readMigrations(options.directory);
    const applied = await appliedMigrations(client);
    const known = new Set(migrations.map((migration) => migration.name));
    const unknown = applied.filter((name) => !known.has(name));
    if (unknown.length > 0) throw new DatabaseIsNewer(unknown);
    // The engine takes half a second to load; a database that is up to date does not need it.
    if (applied.length === migrations.length) return [];
    return await applyMigrations(options, migrations);
  } finally {
    await client.end();
  }
};

interface Migration {
  readonly name: string;
  readonly sql: string;
}

const readMigrations = async (directory: string): Promise<readonly Migration[]> => {
  const folder = join(directory, "migrations");
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(folder, name, "migration.sql"), "utf8") })),
  );
};

const appliedMigrations = async (client: pg.Client): Promise<readonly string[]> => {
  const ledger = await client.query<{ present: string | null }>(
    "SELECT to_regclass('public._prisma_migrations') AS present",
  );
  if (!ledger.rows[0]?.present) return [];
  const rows = await client.query<{ migration_name: string }>(
    "SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
  );
  return rows.rows.map((row) => row.migration_name);
};

const applyMigrations = async (
  options: MigrateOptions,
  migrations: readonly Migration[],
): Promise<readonly string[]> => {
  const schemaPath = join(options.directory, "schema.prisma");
  const schema = await readFile(schemaPath, "utf8");
  const lockfile = await readFile(join(options.directory, "migrations", "migration_lock.toml"), "utf8");
  // The engine never ends its connections; a pool of ours can be ended when it is done.
  const pool = new pg.Pool({ connectionString: options.url, max: 2 });
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
    const engine = await openSchemaEngine([[schemaPath, schema]], adapter);
    const result = await engine.applyMigrations(migrationsInput(options.directory, lockfile, migrations));
    return result.appliedMigrationNames;
  } finally {
    await pool.end();
  }
};

const migrationsInput = (directory: string, lockfile: string, migrations: readonly Migration[]) => ({
  migrationsList: {
    baseDir: join(directory, "migrations"),
    lockfile: { path: "migration_lock.toml", content: lockfile },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map((migration) => ({
      path: migration.name,
      migrationFile: { path: "migration.sql", content: { tag: "ok", value: migration.sql } },
    })),
  },
  filters: { externalTables: [], externalEnums: [] },
});

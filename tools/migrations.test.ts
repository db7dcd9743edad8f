import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseIsNewer, migrate } from "@roundtrip/migrations/migrate";
import { contexts, provisionDatabases } from "@roundtrip/migrations/provision";
import { sqlFromEmptySchema } from "@roundtrip/migrations/schema-engine";
import { type PostgresProcess, startPostgres } from "@roundtrip/test-harness/postgres-process";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const directoryOf = (context: string) => fileURLToPath(new URL(`../prisma/${context}`, import.meta.url));
const passwords = { auth: "a", survey: "s", notify: "n" };

/** Columns, keys and unique constraints: what the code relies on. Partitions and partial indexes only migrations know. */
const catalogue = `
  SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '-') AS line
  FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_prisma%'
    AND NOT EXISTS (SELECT 1 FROM pg_class c WHERE c.relname = table_name AND c.relispartition)
  UNION ALL
  SELECT c.relname || ' ' || i.indisunique || ' ' || regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING', '')
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND i.indisunique AND i.indpred IS NULL AND c.relname NOT LIKE '\\_prisma%'
  ORDER BY 1`;

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const readCatalogue = (url: string) =>
  withClient(url, async (client) => (await client.query<{ line: string }>(catalogue)).rows.map((row) => row.line));

describe("migrations", () => {
  let postgres: PostgresProcess;
  beforeAll(async () => {
    postgres = await startPostgres(["fsync=off"]);
  });
  afterAll(() => postgres.stop());

  it.each(contexts)("lead to exactly the schema that the %s code was generated from", async (context) => {
    const migrated = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "migrated", passwords });
    const drawn = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "drawn", passwords });
    await migrate({ url: migrated[context], directory: directoryOf(context) });
    const path = join(directoryOf(context), "schema.prisma");
    const sql = await sqlFromEmptySchema({ path, content: await readFile(path, "utf8") }, postgres.adminUrl);
    await withClient(drawn[context], (client) => client.query(sql));
    const expected = await readCatalogue(drawn[context]);
    expect(expected.length).toBeGreaterThan(10);
    expect(await readCatalogue(migrated[context])).toEqual(expected);
  });

  it("are applied once by five processes that start together", async () => {
    const urls = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "together", passwords });
    const start = () => migrate({ url: urls.survey, directory: directoryOf("survey") });
    const applied = await Promise.all([start(), start(), start(), start(), start()]);
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await start()).toEqual([]);
  });

  it("refuse a database that newer code has changed", async () => {
    const urls = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "newer", passwords });
    await migrate({ url: urls.survey, directory: directoryOf("survey") });
    await withClient(urls.survey, (client) =>
      client.query(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '99990101000000_later', now())",
      ),
    );
    await expect(migrate({ url: urls.survey, directory: directoryOf("survey") })).rejects.toThrow(DatabaseIsNewer);
  });

  it("leave each service its own database: another service's role may not even connect", async () => {
    const urls = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "walled", passwords });
    await migrate({ url: urls.survey, directory: directoryOf("survey") });
    const stranger = new URL(urls.survey);
    stranger.username = "walled_auth";
    stranger.password = passwords.auth;
    await expect(withClient(stranger.href, (client) => client.query("SELECT * FROM users"))).rejects.toThrow(
      /permission denied for database "walled_survey"/,
    );
    const own = await withClient(urls.survey, (client) => client.query("SELECT count(*)::int AS count FROM users"));
    expect(own.rows).toEqual([{ count: 0 }]);
  });
});

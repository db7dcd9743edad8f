import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import "./global-setup.ts";

export type Context = "auth" | "survey" | "notify";

export interface TestDatabase {
  /** The service's own role on a database of this test file's own. */
  readonly url: string;
  readonly adminUrl: string;
}

/**
 * A clone of the context's migrated template for this test file, dropped at its end. A connection that is still open then
 * belongs to a pool or a loop that the test leaked, and fails it.
 */
export const useTestDatabase = (context: Context): { readonly database: () => TestDatabase } => {
  let database: TestDatabase | undefined;
  const name = `test_${context}_${randomBytes(6).toString("hex")}`;
  beforeAll(async () => {
    database = await cloneTemplate(context, name);
  });
  afterAll(async () => {
    await dropTestDatabase(name);
  });
  return {
    database: () => {
      if (!database) throw new Error("the test database is there from beforeAll on");
      return database;
    },
  };
};

const withAdmin = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: inject("postgresAdminUrl") });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const cloneTemplate = async (context: Context, name: string): Promise<TestDatabase> => {
  const adminUrl = inject("postgresAdminUrl");
  const role = `template_${context}`;
  await withAdmin(async (client) => {
    // Clones of one template take turns by themselves only since Postgres 15's file-copy strategy; the lock makes it sure.
    await client.query("SELECT pg_advisory_lock(1)");
    await client.query(`CREATE DATABASE ${name} TEMPLATE template_${context} OWNER ${role}`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  });
  const url = new URL(adminUrl);
  url.username = role;
  url.password = inject("postgresPasswords")[context];
  url.pathname = `/${name}`;
  return { url: url.href, adminUrl };
};

const dropTestDatabase = async (name: string): Promise<void> => {
  const leaked = await withAdmin(async (client) => {
    const open = await waitForNoConnections(client, name);
    await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
    return open;
  });
  if (leaked.length > 0) throw new Error(`leaked database connections: ${leaked.join("; ")}`);
};

const waitForNoConnections = async (client: pg.Client, name: string): Promise<readonly string[]> => {
  const until = Date.now() + 3_000;
  for (;;) {
    const result = await client.query<{ text: string }>(
      "SELECT application_name || ': ' || left(query, 80) AS text FROM pg_stat_activity WHERE datname = $1",
      [name],
    );
    if (result.rows.length === 0 || Date.now() > until) return result.rows.map((row) => row.text);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

import pg from "pg";

export const contexts = ["auth", "survey", "notify"] as const;
export type Context = (typeof contexts)[number];

export interface ProvisionOptions {
  /** A role that may create roles and databases. */
  readonly adminUrl: string;
  /** Databases and roles are named `<prefix>_auth` and so on; lower-case letters, digits and `_`. */
  readonly prefix: string;
  readonly passwords: Readonly<Record<Context, string>>;
}

/**
 * One database and one role per context. Only its own role may connect to a database, so no service can read another's
 * tables, whatever its code says. Safe to run again; passwords are set anew each time. Answers the three URLs.
 */
export const provisionDatabases = async (options: ProvisionOptions): Promise<Record<Context, string>> => {
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(options.prefix)) throw new Error(`not a database name prefix: ${options.prefix}`);
  const client = new pg.Client({ connectionString: options.adminUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    for (const context of contexts) await provision(client, `${options.prefix}_${context}`, options.passwords[context]);
  } finally {
    await client.end();
  }
  const urlOf = (context: Context) =>
    databaseUrl(options.adminUrl, `${options.prefix}_${context}`, options.passwords[context]);
  return { auth: urlOf("auth"), survey: urlOf("survey"), notify: urlOf("notify") };
};

const provision = async (client: pg.Client, name: string, password: string): Promise<void> => {
  const role = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
  if (role.rowCount === 0) await client.query(`CREATE ROLE ${name} LOGIN NOINHERIT`);
  await client.query(`ALTER ROLE ${name} PASSWORD ${pg.escapeLiteral(password)}`);
  const database = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  if (database.rowCount === 0) {
    // On a server where the administrator is no superuser, owning needs membership of the role.
    await client.query(`GRANT ${name} TO CURRENT_USER`);
    await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
  }
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${name}`);
};

const databaseUrl = (adminUrl: string, name: string, password: string): string => {
  const url = new URL(adminUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
};

import type { AuditEntryBody } from "@roundtrip/contracts/auth/audit-log";
import type { Role } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import type { FastifyInstance } from "fastify";
import { uuidv7 } from "uuidv7";
import { admin, adminHeaders, signInAdmin, sql } from "./open-auth-service.ts";

export interface MadeCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly live: string;
  readonly dev: string;
}

export const makeCustomer = async (db: Database, name = "Elsewhere"): Promise<MadeCustomer> => {
  const customer = { customerId: uuidv7(), name, live: uuidv7(), dev: uuidv7() };
  await sql(db, "INSERT INTO customers (customer_id, name) VALUES ($1, $2)", customer.customerId, name);
  await sql(
    db,
    "INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($1, $3, 'live'), ($2, $3, 'dev')",
    customer.live,
    customer.dev,
    customer.customerId,
  );
  return customer;
};

interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface MadeAccount extends Credentials {
  readonly accountId: string;
}

/** An account with the admin's password, which is hashed once in a test's life. */
export const makeAccount = async (db: Database, memberships: Readonly<Record<string, Role>>): Promise<MadeAccount> => {
  const accountId = uuidv7();
  const email = `${accountId}@staff.example`;
  await sql(
    db,
    `INSERT INTO accounts (account_id, email, email_key, password_hash)
     SELECT $1, $2::text, $2, password_hash FROM accounts WHERE email = $3`,
    accountId,
    email,
    admin.email,
  );
  for (const [customerId, role] of Object.entries(memberships)) {
    const text = "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, $3)";
    await sql(db, text, accountId, customerId, role);
  }
  return { accountId, email, password: admin.password };
};

/** Headers of somebody of the staff, on a workspace. */
export const headersOf = async (
  app: FastifyInstance,
  { email, password }: Credentials,
  workspace = "live",
): Promise<Record<string, string>> => ({
  ...(await adminHeaders(app, { email, password })),
  "x-workspace": workspace,
});

/** A refresh token of somebody of the staff. */
export const signInAs = (app: FastifyInstance, { email, password }: Credentials): Promise<string> =>
  signInAdmin(app, { email, password });

/** The customer of the first account. */
export const findClinic = async (db: Database): Promise<MadeCustomer> => {
  const [row] = await sql<{ customer_id: string; live: string; dev: string }>(
    db,
    `SELECT c.customer_id, l.workspace_id AS live, d.workspace_id AS dev FROM customers c
     JOIN workspaces l ON l.customer_id = c.customer_id AND l.environment = 'live'
     JOIN workspaces d ON d.customer_id = c.customer_id AND d.environment = 'dev' WHERE c.name = 'Clinic'`,
  );
  if (!row) throw new Error("there is no customer Clinic");
  return { customerId: row.customer_id, name: "Clinic", live: row.live, dev: row.dev };
};

export interface FoundAuditEntry {
  readonly chainId: string;
  readonly body: AuditEntryBody;
}

/** Entries of an action, sealed or not yet, oldest first. */
export const auditEntries = async (db: Database, action: string): Promise<FoundAuditEntry[]> => {
  const rows = await sql<{ chain_id: string; body: string }>(
    db,
    `SELECT chain_id, body FROM (SELECT audit_id, chain_id, body FROM audit_entries
       UNION SELECT audit_id, chain_id, body FROM audit_log) entries
     WHERE body::json ->> 'action' = $1 ORDER BY audit_id`,
    action,
  );
  return rows.map((row) => ({ chainId: row.chain_id, body: JSON.parse(row.body) }));
};

import { type Sql, statement, type Tx } from "@roundtrip/database/database";

const lockStatement = statement<{ customer_id: string }>(
  "customers-lock",
  "SELECT customer_id FROM customers WHERE customer_id = $1 AND suspended_at IS NULL FOR UPDATE",
);

/** Held to the end of the transaction. False for a customer that is suspended or not there. */
export const lockCustomer = async (tx: Tx, customerId: string): Promise<boolean> =>
  (await tx.query(lockStatement, [customerId])).length > 0;

const isOwnerStatement = statement(
  "customers-is-owner",
  `SELECT 1 FROM memberships m JOIN accounts a USING (account_id)
   WHERE m.customer_id = $1 AND m.account_id = $2 AND m.role = 'owner' AND m.disabled_at IS NULL AND a.disabled_at IS NULL`,
);

export const isEnabledOwner = async (
  tx: Tx,
  member: { readonly customerId: string; readonly accountId: string },
): Promise<boolean> => (await tx.query(isOwnerStatement, [member.customerId, member.accountId])).length > 0;

const isOperatorStatement = statement(
  "customers-is-operator",
  "SELECT 1 FROM accounts WHERE account_id = $1 AND operator AND disabled_at IS NULL",
);

export const isOperator = async (sql: Sql, accountId: string): Promise<boolean> =>
  (await sql.query(isOperatorStatement, [accountId])).length > 0;

export interface NewCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly live: string;
  readonly dev: string;
  readonly now: Date;
}

const insertStatement = statement(
  "customers-insert",
  `WITH customer AS (INSERT INTO customers (customer_id, name, created_at) VALUES ($1, $2, $5))
   INSERT INTO workspaces (workspace_id, customer_id, environment, created_at)
   VALUES ($3, $1, 'live', $5), ($4, $1, 'dev', $5)`,
);

/** With its two workspaces. */
export const insertCustomer = async (tx: Tx, customer: NewCustomer): Promise<void> => {
  await tx.query(insertStatement, [customer.customerId, customer.name, customer.live, customer.dev, customer.now]);
};

export interface CustomerRow {
  readonly customer_id: string;
  readonly name: string;
  readonly live: string;
  readonly dev: string;
  readonly suspended_at: Date | null;
  readonly created_at: Date;
}

const withWorkspaces = `customers c
   JOIN workspaces live ON live.customer_id = c.customer_id AND live.environment = 'live'
   JOIN workspaces dev ON dev.customer_id = c.customer_id AND dev.environment = 'dev'`;
const columns =
  "c.customer_id, c.name, c.suspended_at, c.created_at, live.workspace_id AS live, dev.workspace_id AS dev";

const listStatement = statement<CustomerRow>(
  "customers-list",
  `SELECT ${columns} FROM ${withWorkspaces}
   WHERE $1::uuid IS NULL OR c.customer_id > $1 ORDER BY c.customer_id LIMIT $2`,
);

/** Oldest first. */
export const listCustomers = (sql: Sql, page: { readonly after: string | null; readonly sizeMax: number }) =>
  sql.query(listStatement, [page.after, page.sizeMax]);

const findForUpdateStatement = statement<CustomerRow>(
  "customers-find-for-update",
  `SELECT ${columns} FROM ${withWorkspaces} WHERE c.customer_id = $1 FOR UPDATE OF c`,
);

export const findCustomerForUpdate = async (tx: Tx, customerId: string): Promise<CustomerRow | null> =>
  (await tx.query(findForUpdateStatement, [customerId]))[0] ?? null;

const updateStatement = statement(
  "customers-update",
  "UPDATE customers SET name = $2, suspended_at = $3 WHERE customer_id = $1",
);

export const updateCustomerRow = async (
  tx: Tx,
  customer: Pick<CustomerRow, "customer_id" | "name" | "suspended_at">,
): Promise<void> => {
  await tx.query(updateStatement, [customer.customer_id, customer.name, customer.suspended_at]);
};

const nameStatement = statement<{ name: string }>(
  "customers-name",
  "SELECT name FROM customers WHERE customer_id = $1",
);

export const getCustomerName = async (sql: Sql, customerId: string): Promise<string> => {
  const [row] = await sql.query(nameStatement, [customerId]);
  if (!row) throw new Error("a customer is gone, and customers are never deleted");
  return row.name;
};

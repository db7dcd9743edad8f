import { type Role, scopes } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import type { FastifyInstance } from "fastify";
import { uuidv7 } from "uuidv7";
import type { Presented } from "./expected-access.ts";
import { admin, type House } from "./open-house.ts";

export interface Customer {
  readonly customerId: string;
  readonly live: string;
  readonly dev: string;
}

type Headers = Readonly<Record<string, string>>;

export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Headers;
  readonly body?: unknown;
}

/** The answer's body; throws when it is no success. */
export const call = async (app: FastifyInstance, { method = "POST", url, headers = {}, body }: Call) => {
  const response = await app.inject({
    method,
    url,
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.statusCode} ${response.body}`);
  return response.body === "" ? {} : response.json();
};

export const run = (db: Database, text: string, ...values: readonly unknown[]): Promise<unknown[]> =>
  db.query({ name: `matrix-${text.length}-${text.slice(0, 40)}`, text }, values);

/** A second customer, as an operator's new customer is stored. */
export const addCustomer = async (db: Database): Promise<Customer> => {
  const customer = { customerId: uuidv7(), live: uuidv7(), dev: uuidv7() };
  await run(db, "INSERT INTO customers (customer_id, name) VALUES ($1, 'Others')", customer.customerId);
  await run(
    db,
    "INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($2, $1, 'live'), ($3, $1, 'dev')",
    customer.customerId,
    customer.live,
    customer.dev,
  );
  return customer;
};

/** A member with the administrator's password. */
export const addAccount = async (
  db: Database,
  { email, customerId, role }: { readonly email: string; readonly customerId: string; readonly role: Role },
): Promise<string> => {
  const accountId = uuidv7();
  await run(
    db,
    `INSERT INTO accounts (account_id, email, email_key, password_hash)
     SELECT $1, $2, $2, password_hash FROM accounts WHERE email_key = $3`,
    accountId,
    email,
    admin.email,
  );
  await run(
    db,
    "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, $3)",
    accountId,
    customerId,
    role,
  );
  return accountId;
};

export interface SignedIn {
  readonly refreshToken: string;
  readonly accessToken: string;
}

export const signIn = async (app: FastifyInstance, email: string): Promise<SignedIn> => {
  const { refreshToken } = await call(app, { url: "/signin", body: { email, password: admin.password } });
  const { accessToken } = await call(app, { url: "/refresh", headers: { "x-auth-token": refreshToken } });
  return { refreshToken, accessToken };
};

export const bearer = (token: string, workspace?: string): Headers => ({
  authorization: `Bearer ${token}`,
  ...(workspace === undefined ? {} : { "x-workspace": workspace }),
});

const nobody = { kind: "none", role: null, operator: false, scopes: [], foreignPage: false } as const;

/** Credentials that are worth nothing at every door but those that everybody may pass. */
export const worthless = async (house: House, db: Database, owner: SignedIn): Promise<readonly Presented[]> => {
  const { app } = house;
  const staff = bearer(owner.accessToken, "live");
  const revoked = await createKey(app, staff, {});
  await call(app, { method: "DELETE", url: `/v2/api-keys/${revoked.api_key_id}`, headers: staff });
  const expired = await createKey(app, staff, {});
  await run(db, "UPDATE api_keys SET expires_at = now() - interval '1 hour' WHERE api_key_id = $1", expired.api_key_id);
  const oldPat = await createPat(app, owner.accessToken);
  await run(
    db,
    "UPDATE personal_access_tokens SET expires_at = now() - interval '1 hour' WHERE personal_access_token_id = $1",
    oldPat.personal_access_token_id,
  );
  const revokedPat = await createPat(app, owner.accessToken);
  const patUrl = `/v2/me/personal-access-tokens/${revokedPat.personal_access_token_id}`;
  await call(app, { method: "DELETE", url: patUrl, headers: staff });
  const late = await signIn(house.yesterday, admin.email);
  const [head, , tail] = owner.accessToken.split(".");
  const forged = `${head}.${Buffer.from('{"sub":"me","kind":"account"}').toString("base64url")}.${tail}`;
  const key = (text: string): Headers => ({ "x-api-key": text });
  const rows: readonly (readonly [string, Headers])[] = [
    ["no credential", {}],
    ["a malformed key", key("rt_live_short")],
    ["a key with a wrong checksum", key(`${revoked.key.slice(0, -1)}${revoked.key.endsWith("0") ? "1" : "0"}`)],
    ["a revoked key", key(revoked.key)],
    ["an expired key", key(expired.key)],
    ["a key as a bearer token", bearer(expired.key, "live")],
    ["an expired access token", bearer(late.accessToken, "live")],
    ["a forged access token", bearer(forged, "live")],
    ["a refresh token as an access token", bearer(owner.refreshToken, "live")],
    ["an access token as an action token", { authorization: `Token ${owner.accessToken}` }],
    ["an access token as basic", { authorization: `Basic ${owner.accessToken}`, "x-workspace": "live" }],
    ["an expired personal access token", bearer(oldPat.token, "live")],
    ["a revoked personal access token", bearer(revokedPat.token, "live")],
  ];
  return rows.map(([name, headers]) => ({ ...nobody, name, headers }));
};

export const createKey = (app: FastifyInstance, staff: Headers, change: Readonly<Record<string, unknown>>) =>
  call(app, { url: "/v2/api-keys", headers: staff, body: { name: "matrix", environment: "live", ...change } });

export const createPat = (app: FastifyInstance, accessToken: string, only: readonly string[] = scopes) =>
  call(app, {
    url: "/v2/me/personal-access-tokens",
    headers: bearer(accessToken),
    body: { name: "matrix", expires_at: new Date(Date.now() + 86_400_000).toISOString(), scopes: only },
  });

/** Staff of our own customer in each role, with their access tokens and personal access tokens. */
export const staffCredentials = async (house: House, db: Database, ours: Customer): Promise<readonly Presented[]> => {
  const presented: Presented[] = [];
  for (const role of ["viewer", "admin", "owner"] as const) {
    const email = `${role}@clinic.example`;
    if (email !== admin.email) await addAccount(db, { email, customerId: ours.customerId, role });
    const { accessToken } = await signIn(house.app, email);
    const shared = { role, operator: email === admin.email, foreignPage: false };
    const account = { ...shared, kind: "account", scopes } as const;
    presented.push({ ...account, name: `the ${role}`, headers: bearer(accessToken, ours.live) });
    const pat = await createPat(house.app, accessToken);
    const token = { ...shared, kind: "personal_access_token" } as const;
    presented.push({ ...token, scopes, name: `a token of the ${role}`, headers: bearer(pat.token, ours.live) });
    if (role !== "owner") continue;
    const unnamed = { ...account, role: null, name: "the owner without X-Workspace" };
    presented.push({ ...unnamed, headers: bearer(accessToken) });
    const narrow = await createPat(house.app, accessToken, ["users:read"]);
    const name = "a token of the owner with one scope";
    presented.push({ ...token, scopes: ["users:read"], name, headers: bearer(narrow.token, ours.live) });
  }
  return presented;
};

/** Keys of one customer: with every scope, with one, and in a foreign page. */
export const keyCredentials = async (app: FastifyInstance, staff: Headers): Promise<readonly Presented[]> => {
  const shared = { ...nobody, kind: "api_key" } as const;
  const { key: all } = await createKey(app, staff, {});
  const { key: one } = await createKey(app, staff, { scopes: ["users:read"] });
  const foreign = { "x-api-key": all, origin: "https://elsewhere.example" };
  return [
    { ...shared, scopes, name: "a key with every scope", headers: { "x-api-key": all } },
    { ...shared, scopes: ["users:read"], name: "a key with one scope", headers: { "x-api-key": one } },
    { ...shared, scopes, foreignPage: true, name: "a live key in a foreign page", headers: foreign },
  ];
};

import { type Database, openDatabase } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import type { LightMyRequestResponse } from "fastify";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect } from "vitest";
import { emailKey } from "../accounts/account.rules.ts";
import { admin, type OpenAuthService, openAuthService, publicUrl, sql } from "./open-auth-service.ts";
import { createBrowser, type OpenidProviderStandIn, openOpenidProvider } from "./openid-provider-stand-in.ts";

export const oidcCookieName = "__Host-roundtrip_oidc";

export interface OidcScene extends OpenAuthService {
  readonly db: Database;
  readonly provider: OpenidProviderStandIn;
}

/** The service with a provider of its own, on a database of this test file's own. */
export const useOidcScene = (env: Readonly<Record<string, string>> = {}, logLines: string[] = []) => {
  const { database } = useTestDatabase("auth");
  let scene: OidcScene | undefined;
  let now: Date | null = null;
  beforeAll(async () => {
    const provider = await openOpenidProvider(`${publicUrl}/signin/oidc/callback`);
    const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    const service = await openAuthService(database().url, {
      logLines,
      clock: () => now ?? new Date(),
      env: {
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: provider.clientId,
        OIDC_CLIENT_SECRET: provider.clientSecret,
        ...env,
      },
    });
    scene = { ...service, db, provider };
  });
  afterAll(async () => {
    await scene?.close();
    await scene?.provider.down();
    await scene?.db.close();
  });
  return {
    database,
    setNow: (to: Date | null) => {
      now = to;
    },
    scene: () => {
      if (!scene) throw new Error("the scene is there from beforeAll on");
      return scene;
    },
  };
};

/** The way to the provider: its address, and what our page has left in the browser. */
export interface WayThere {
  readonly url: string;
  readonly cookie: string;
}

export const oidcCookieOf = (response: LightMyRequestResponse): string => {
  const cookie = response.cookies.find((item) => item.name === oidcCookieName);
  if (!cookie) throw new Error(`no cookie in ${response.statusCode} ${response.body}`);
  return cookie.value;
};

export const startSignIn = async ({ app }: OidcScene): Promise<WayThere> => {
  const response = await app.inject({ url: "/signin/oidc" });
  expect(response.statusCode).toBe(302);
  return { url: response.headers.location ?? "", cookie: oidcCookieOf(response) };
};

/** Signs in at the provider; answers where it sends the browser. */
export const visitProvider = ({ provider }: OidcScene, url: string, name: string): Promise<URL> =>
  createBrowser(provider.issuer).signIn(url, name);

/** The browser comes back as it does from another site. */
export const comeBack = (
  { app }: OidcScene,
  to: URL | string,
  cookie: string | null,
): Promise<LightMyRequestResponse> => {
  const url = typeof to === "string" ? to : `${to.pathname}${to.search}`;
  return app.inject({
    url,
    headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
    ...(cookie === null ? {} : { cookies: { [oidcCookieName]: cookie } }),
  });
};

/** The whole round trip. */
export const signInAs = async (scene: OidcScene, name: string): Promise<LightMyRequestResponse> => {
  const { url, cookie } = await startSignIn(scene);
  return comeBack(scene, await visitProvider(scene, url, name), cookie);
};

/** Another member of the admin's customer, with the admin's password or none. */
export const addAccount = async (
  { db }: OidcScene,
  email: string,
  { hasPassword = true }: { readonly hasPassword?: boolean } = {},
): Promise<string> => {
  const accountId = uuidv7();
  await sql(
    db,
    `INSERT INTO accounts (account_id, email, email_key, password_hash)
     SELECT $1, $2, $3, CASE WHEN $4::boolean THEN password_hash END FROM accounts WHERE email = $5`,
    accountId,
    email,
    emailKey(email),
    hasPassword,
    admin.email,
  );
  await sql(
    db,
    "INSERT INTO memberships (account_id, customer_id, role) SELECT $1, customer_id, 'viewer' FROM customers LIMIT 1",
    accountId,
  );
  return accountId;
};

export const link = ({ db, provider }: OidcScene, subject: string, accountId: string) =>
  sql(
    db,
    "INSERT INTO account_identities (issuer, subject, account_id) VALUES ($1, $2, $3)",
    provider.issuer,
    subject,
    accountId,
  );

export const linksOf = async ({ db }: OidcScene, accountId: string): Promise<string[]> => {
  const text = "SELECT subject FROM account_identities WHERE account_id = $1 ORDER BY subject";
  return (await sql<{ subject: string }>(db, text, accountId)).map((row) => row.subject);
};

/** Everything that is in the audit log about an account, or about nobody known, oldest first. */
export const auditOf = async ({ db }: OidcScene, accountId: string | null) => {
  const rows = await sql<{ body: string }>(
    db,
    "SELECT body FROM audit_entries UNION ALL SELECT body FROM audit_log ORDER BY 1",
  );
  return rows
    .map((row) => JSON.parse(row.body))
    .filter((entry) => [entry.target?.id ?? null, entry.actor.id].includes(accountId))
    .map(({ action, detail }) => ({ action, detail }));
};

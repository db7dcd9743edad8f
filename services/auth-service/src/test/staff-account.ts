import type { LightMyRequestResponse } from "fastify";
import { Secret, TOTP } from "otpauth";
import { uuidv7 } from "uuidv7";
import { expect } from "vitest";
import { admin, claimsOf, type OpenAuthService, postJson, refresh, sql } from "./open-auth-service.ts";

type Opened = OpenAuthService & { readonly db: Parameters<typeof sql>[0] };

export interface StaffAccount {
  readonly accountId: string;
  readonly email: string;
  /** Of an access token. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An account of the admin's customer and with the admin's password, signed in: each test has its own throttles. */
export const createStaffAccount = async ({ app, db }: Opened): Promise<StaffAccount> => {
  const accountId = uuidv7();
  const email = `${accountId}@clinic.example`;
  await sql(
    db,
    `INSERT INTO accounts (account_id, email, email_key, password_hash)
     SELECT $1, $2, $2, password_hash FROM accounts WHERE email_key = $3`,
    accountId,
    email,
    admin.email,
  );
  await sql(
    db,
    "INSERT INTO memberships (account_id, customer_id, role) SELECT $1, customer_id, 'viewer' FROM customers LIMIT 1",
    accountId,
  );
  const response = await signIn({ app }, email);
  expect(response.statusCode).toBe(200);
  const { refreshToken } = response.json<{ refreshToken: string }>();
  const { accessToken } = (await refresh(app, refreshToken)).json<{ accessToken: string }>();
  return { accountId, email, headers: { "x-auth-token": accessToken } };
};

export const signIn = ({ app }: Pick<Opened, "app">, email: string, otp?: string): Promise<LightMyRequestResponse> =>
  postJson(app, {
    url: "/signin",
    payload: { email, password: admin.password, ...(otp === undefined ? {} : { otp }) },
  });

/** The account's password is gone: it signs in with passkeys or at an OpenID provider. */
export const dropPassword = ({ db }: Opened, account: StaffAccount) =>
  sql(db, "UPDATE accounts SET password_hash = NULL WHERE account_id = $1", account.accountId);

/** The sign-in that the account's token came from was so many minutes ago. */
export const ageSignIn = ({ db }: Opened, account: StaffAccount, minutes: number) =>
  sql(
    db,
    "UPDATE sign_ins SET created_at = now() - $2 * interval '1 min' WHERE account_id = $1 AND sign_in_id = $3",
    account.accountId,
    minutes,
    signInIdOf(account),
  );

const signInIdOf = (account: StaffAccount): string => {
  const claims = claimsOf(account.headers["x-auth-token"] ?? "");
  if (claims.kind !== "account") throw new Error("the token of an account");
  return claims.sid;
};

/** As an authenticator app shows it, so many steps of 30 s from now. */
export const codeOf = (secret: string, steps = 0): string =>
  TOTP.generate({ secret: Secret.fromBase32(secret), digits: 6, period: 30, timestamp: Date.now() + steps * 30_000 });

/** Six digits that are none of the codes around now. */
export const wrongCode = (secret: string): string => {
  const near = new Set([-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps)));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.has(code)) ?? "666666";
};

export const startTotp = (
  { app }: Pick<Opened, "app">,
  account: StaffAccount,
  payload: unknown = { password: admin.password },
): Promise<LightMyRequestResponse> => postJson(app, { url: "/v2/me/totp", payload, headers: account.headers });

export const confirmTotp = (
  { app }: Pick<Opened, "app">,
  account: StaffAccount,
  otp: string,
): Promise<LightMyRequestResponse> =>
  postJson(app, { url: "/v2/me/totp/confirm", payload: { otp }, headers: account.headers });

/** The second factor is on; the code of now is still good, the step that confirmed lies behind. */
export const turnOnTotp = async (opened: Opened, account: StaffAccount) => {
  const { secret } = (await startTotp(opened, account)).json<{ secret: string }>();
  const response = await confirmTotp(opened, account, codeOf(secret));
  expect(response.statusCode).toBe(200);
  await sql(opened.db, "UPDATE accounts SET totp_last_step = 0 WHERE account_id = $1", account.accountId);
  return { secret, recoveryCodes: response.json<{ recovery_codes: string[] }>().recovery_codes };
};

/** Entries of the audit log about the account, oldest first, sealed or not. */
export const auditOf = async ({ db }: Opened, accountId: string) => {
  const rows = await sql<{ body: string; chain_id: string }>(
    db,
    `SELECT body, chain_id FROM (SELECT audit_id, body, chain_id FROM audit_entries
       UNION ALL SELECT audit_id, body, chain_id FROM audit_log) AS entries
     WHERE body LIKE '%' || $1 || '%' ORDER BY audit_id`,
    accountId,
  );
  return rows.map(({ body, chain_id }) => ({ ...JSON.parse(body), chain_id }));
};

export const countMails = async ({ db }: Opened, template: string): Promise<number> => {
  const rows = await sql(db, "SELECT 1 FROM outgoing_mails WHERE template = $1", template);
  return rows.length;
};

import type { Database } from "@roundtrip/database/database";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { uuidv7 } from "uuidv7";
import { emailKey } from "./account.rules.ts";
import { hasAccounts, insertOwner, lockAccounts } from "./account.store.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { refusePassword } from "./password-policy.rules.ts";

export interface FirstAccountDeps {
  readonly db: Database;
  readonly hasher: PasswordHasher;
}

export interface FirstAccount {
  readonly email: string;
  readonly password: string;
  readonly customerName: string;
}

/**
 * Makes the operator who owns the first customer, when there is no account at all. Of several processes that start at once
 * one makes it; a later start changes nothing, so a password that was changed since stays changed.
 */
export const createFirstAccount = async (deps: FirstAccountDeps, wanted: FirstAccount): Promise<boolean> => {
  if (await hasAccounts(deps.db)) return false;
  const use = { hasSecondFactor: false, contextWords: [wanted.email, wanted.customerName] };
  const refusal = refusePassword(wanted.password, use, isCommonPassword);
  if (refusal) throw new Error(`ADMIN_PASSWORD ${refusal}`);
  const passwordHash = await deps.hasher.hash(wanted.password);
  return deps.db.transaction(async (tx) => {
    await lockAccounts(tx);
    if (await hasAccounts(tx)) return false;
    await insertOwner(tx, {
      accountId: uuidv7(),
      email: wanted.email.trim(),
      emailKey: emailKey(wanted.email),
      passwordHash,
      customerId: uuidv7(),
      customerName: wanted.customerName,
      liveWorkspaceId: uuidv7(),
      devWorkspaceId: uuidv7(),
    });
    return true;
  });
};

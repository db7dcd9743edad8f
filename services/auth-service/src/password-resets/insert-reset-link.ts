import type { Tx } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { createLinkSecret } from "../link-pages/create-link-secret.ts";
import { insertResetRow } from "./password-reset.store.ts";

export interface ResetLinkDeps {
  readonly keyring: Keyring;
  readonly clock: () => Date;
  /** The public URL, without a trailing slash. */
  readonly issuer: string;
}

/** Answers the link, which is in no table and goes by mail to the stored address alone. */
export const insertResetLink = async (
  deps: ResetLinkDeps,
  tx: Tx,
  { accountId, expiresAt }: { readonly accountId: string; readonly expiresAt: Date },
): Promise<string> => {
  const { secret, digest } = createLinkSecret(deps.keyring);
  await insertResetRow(tx, { passwordResetId: uuidv7(), accountId, digest, now: deps.clock(), expiresAt });
  return `${deps.issuer}/password-reset/${secret}`;
};

import type { Database, Tx } from "@roundtrip/database/database";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import {
  findLinkedAccount,
  type Identity,
  insertIdentity,
  isSignedIn,
  listIdentities,
  lockAccount,
} from "./account-identity.store.ts";
import type { LinkWish } from "./oidc-challenge.ts";

export interface LinkDeps {
  readonly db: Database;
  readonly clock: () => Date;
}

/** `gone`: nobody may act for this account now. `taken`: one of the two is linked otherwise. */
export type LinkOutcome = "linked" | "gone" | "taken";

export interface LinkRequest {
  readonly identity: Identity;
  readonly accountId: string;
  /** What shows that the identity belongs to the account, for the audit log. */
  readonly by: "account" | "email";
}

/** As the account itself wished it, if the sign-in in which it did so has not been ended since. */
export const linkAsWished = (
  deps: LinkDeps,
  { wish, identity }: { readonly wish: LinkWish; readonly identity: Identity },
  source: AuditSource,
): Promise<LinkOutcome> =>
  deps.db.transaction(async (tx) => {
    const { accountId, signInId } = wish;
    const isLocked = (await lockAccount(tx, accountId)) !== null;
    if (!isLocked || !(await isSignedIn(tx, signInId, accountId))) return "gone";
    return linkIdentity(tx, { identity, accountId, by: "account" }, { source, now: deps.clock() });
  });

/** As the installation trusts its provider's word about e-mails. */
export const linkByEmail = (
  deps: LinkDeps,
  { accountId, identity }: { readonly accountId: string; readonly identity: Identity },
  source: AuditSource,
): Promise<LinkOutcome> =>
  deps.db.transaction((tx) => linkIdentity(tx, { identity, accountId, by: "email" }, { source, now: deps.clock() }));

/**
 * One identity at a provider for an account. A second one is refused: an e-mail that has passed to somebody else at the
 * provider must not open the account of the one who had it before.
 */
const linkIdentity = async (
  tx: Tx,
  { identity, accountId, by }: LinkRequest,
  { source, now }: { readonly source: AuditSource; readonly now: Date },
): Promise<LinkOutcome> => {
  const account = await lockAccount(tx, accountId);
  if (!account) return "gone";
  const known = (await listIdentities(tx, accountId)).find((one) => one.issuer === identity.issuer);
  if (known) return known.subject === identity.subject ? "linked" : "taken";
  if (!(await insertIdentity(tx, identity, { accountId, now }))) {
    const holder = await findLinkedAccount(tx, identity);
    return holder?.account_id === accountId ? "linked" : "taken";
  }
  await recordAuditFor(
    tx,
    {
      action: "identity.linked",
      actor: { kind: "account", id: accountId },
      target: { kind: "account", id: accountId },
      source,
      detail: { by },
    },
    { customerIds: account.customer_ids, now },
  );
  return "linked";
};

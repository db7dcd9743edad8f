import type { Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { administers, isSignedIn, lockAccount } from "./maker.store.ts";

export interface Maker {
  readonly accountId: string;
  /** The sign-in of the access token in hand. */
  readonly signInId: string | null;
  readonly now: Date;
}

/**
 * Keys and tokens live for years, an access token for minutes after its account was disabled or signed out elsewhere. So who
 * makes one is looked up again, and held: an access token that has been stolen is not turned into a lasting credential once
 * its sign-in has ended. Throws `unauthorized`.
 */
export const lockMaker = async (tx: Tx, { accountId, signInId, now }: Maker): Promise<void> => {
  const isStanding =
    signInId !== null && (await lockAccount(tx, accountId)) && (await isSignedIn(tx, { accountId, signInId, now }));
  if (!isStanding) throw new Problem("unauthorized");
};

/** The same for what a customer's admins make. Throws `forbidden` when the role has gone since. */
export const lockAdmin = async (tx: Tx, maker: Maker & { readonly customerId: string }): Promise<void> => {
  await lockMaker(tx, maker);
  if (!(await administers(tx, maker.accountId, maker.customerId))) {
    throw new Problem("forbidden", { detail: "This takes the role admin" });
  }
};

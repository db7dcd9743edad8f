import type { Tx } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { isEnabledOwner, lockCustomer } from "./customer.store.ts";

/**
 * The start of every change of a customer's staff. The customer's row is locked, so that of two owners who take each other
 * down at once the second sees what the first has done; and the caller's role is asked for again, because an access token
 * outlives it by minutes. Throws `forbidden`.
 */
export const lockStaff = async (
  tx: Tx,
  caller: { readonly customerId: string; readonly accountId: string },
): Promise<void> => {
  const isOwner = (await lockCustomer(tx, caller.customerId)) && (await isEnabledOwner(tx, caller));
  if (!isOwner) throw new Problem("forbidden", { detail: "This needs the role owner" });
};

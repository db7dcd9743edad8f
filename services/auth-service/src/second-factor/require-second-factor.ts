import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { findSecondFactor, type SecondFactorRow } from "./second-factor.store.ts";

/** Throws `totp_not_on` before a guess is counted: without a second factor nothing is guessed at. */
export const requireSecondFactor = async (sql: Sql, accountId: string): Promise<SecondFactorRow> => {
  const factor = await findSecondFactor(sql, accountId);
  if (!factor) throw new Problem("unauthorized");
  if (!factor.totp_confirmed_at) throw new Problem("totp_not_on");
  return factor;
};

import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { isOperator } from "./customer.store.ts";

/** An access token outlives the right by minutes, and this one reaches every customer. Throws `forbidden`. */
export const refuseFormerOperator = async (sql: Sql, accountId: string): Promise<void> => {
  if (!(await isOperator(sql, accountId))) throw new Problem("forbidden", { detail: "This is for operators" });
};

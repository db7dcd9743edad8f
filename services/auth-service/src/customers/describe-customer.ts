import type { CustomerObject } from "@roundtrip/contracts/auth/customer";
import type { CustomerRow } from "./customer.store.ts";

export const describeCustomer = (row: CustomerRow): CustomerObject => ({
  customer_id: row.customer_id,
  name: row.name,
  live: row.live,
  dev: row.dev,
  suspended: row.suspended_at !== null,
  created_at: row.created_at.toISOString(),
});

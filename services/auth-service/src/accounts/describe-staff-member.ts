import type { StaffMember } from "@roundtrip/contracts/auth/account";
import type { StaffRow } from "./staff.store.ts";

export const describeStaffMember = (row: StaffRow): StaffMember => ({
  account_id: row.account_id,
  email: row.email,
  name: row.name,
  role: row.role,
  disabled: row.disabled_at !== null,
  second_factor: row.second_factor,
  joined_at: row.joined_at.toISOString(),
  last_sign_in_at: row.last_sign_in_at?.toISOString() ?? null,
});

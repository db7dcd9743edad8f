import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import type { Role } from "../scope.ts";

export const RoleName = Type.Unsafe<Role>({ type: "string", enum: ["viewer", "admin", "owner"] });

/** Something that a mail can be sent to: one `@`, no blanks and nothing a header could be smuggled in with. */
export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern:
    '^[^\\s@<>()\\[\\],;:\\\\"\\p{C}]{1,64}@[^\\s@<>()\\[\\],;:\\\\"\\p{C}]+\\.[^\\s@<>()\\[\\],;:\\\\"\\p{C}]+$',
});

/** The account that is signed in. `live` and `dev` are the ids of the customer's two workspaces, for `X-Workspace`. */
export const AccountObject = Closed({
  account_id: Uuid,
  email: Type.String(),
  name: Nullable(Type.String()),
  operator: Type.Boolean(),
  has_password: Type.Boolean(),
  second_factor: Type.Boolean(),
  passkeys: Type.Integer(),
  oidc_linked: Type.Boolean(),
  created_at: Instant,
  memberships: Type.Array(
    Closed({ customer_id: Uuid, customer_name: Type.String(), role: RoleName, live: Uuid, dev: Uuid }),
  ),
});
export type AccountObject = Static<typeof AccountObject>;

/** An account as the owners of one of its customers see it. */
export const StaffMember = Closed({
  account_id: Uuid,
  email: Type.String(),
  name: Nullable(Type.String()),
  role: RoleName,
  disabled: Type.Boolean(),
  second_factor: Type.Boolean(),
  joined_at: Instant,
  last_sign_in_at: Nullable(Instant),
});
export type StaffMember = Static<typeof StaffMember>;

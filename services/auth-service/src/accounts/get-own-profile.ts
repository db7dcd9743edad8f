import type { AccountObject } from "@roundtrip/contracts/auth/account";
import type { Role } from "@roundtrip/contracts/scope";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Prisma } from "../store/auth-db.ts";
import { findAccountProfile } from "./account.store.ts";

/** Throws `unauthorized`: an access token outlives a disabled account by minutes. */
export const getOwnProfile = async (prisma: Prisma, accountId: string): Promise<AccountObject> => {
  const account = await findAccountProfile(prisma, accountId);
  if (!account) throw new Problem("unauthorized");
  return {
    account_id: account.accountId,
    email: account.email,
    name: account.name,
    has_password: account.passwordHash !== null,
    second_factor: account.totpConfirmedAt !== null,
    passkeys: account._count.passkeys,
    oidc_linked: account._count.identities > 0,
    operator: account.operator,
    created_at: account.createdAt.toISOString(),
    memberships: account.memberships.map(({ role, customer }) => ({
      customer_id: customer.customerId,
      customer_name: customer.name,
      // `memberships__role` allows no other words.
      role: role as Role,
      live: workspaceId(customer.workspaces, "live"),
      dev: workspaceId(customer.workspaces, "dev"),
    })),
  };
};

const workspaceId = (
  workspaces: readonly { environment: string; workspaceId: string }[],
  environment: string,
): string => {
  const workspace = workspaces.find((item) => item.environment === environment);
  if (!workspace) throw new Error(`a customer has no ${environment} workspace`);
  return workspace.workspaceId;
};

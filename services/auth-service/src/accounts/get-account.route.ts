import { getAccount } from "@roundtrip/contracts/auth/get-account.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { getOwnProfile } from "./get-own-profile.ts";

export const createGetAccountRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(getAccount, async ({ caller }) => ({ status: 200, body: await getOwnProfile(deps.prisma, caller.accountId) }));

import { updateMe as operation } from "@roundtrip/contracts/auth/update-me.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { getOwnProfile } from "./get-own-profile.ts";
import { type UpdateMeDeps, updateMe } from "./update-me.ts";

export const createUpdateMeRoute = (deps: UpdateMeDeps & { readonly prisma: Prisma }): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const { accountId } = caller;
    await updateMe(deps, { accountId, name: body.name, source: { address, requestId } });
    return { status: 200, body: await getOwnProfile(deps.prisma, accountId) };
  });

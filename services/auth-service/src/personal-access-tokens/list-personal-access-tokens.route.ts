import { listPersonalAccessTokens } from "@roundtrip/contracts/auth/list-personal-access-tokens.http";
import type { PersonalAccessTokenObject } from "@roundtrip/contracts/auth/personal-access-token";
import { cutPage, readPageRequest } from "@roundtrip/http-operation/page";
import { type Route, route } from "@roundtrip/http-operation/route";
import type { Prisma } from "../store/auth-db.ts";
import { listTokens } from "./personal-access-token.store.ts";

export const createListPersonalAccessTokensRoute = (deps: { readonly prisma: Prisma }): Route =>
  route(listPersonalAccessTokens, async ({ query, caller }) => {
    const { size, after } = readPageRequest(query);
    const rows = await listTokens(deps.prisma, { accountId: caller.accountId, limit: size + 1, after });
    const page = cutPage(rows, size, (row) => row.personalAccessTokenId);
    return { status: 200, body: { data: page.data.map(tokenObject), next: page.next } };
  });

const tokenObject = (row: Awaited<ReturnType<typeof listTokens>>[number]): PersonalAccessTokenObject => ({
  personal_access_token_id: row.personalAccessTokenId,
  name: row.name,
  prefix: row.prefix,
  // `create-personal-access-token.ts` writes only scopes.
  scopes: row.scopes as PersonalAccessTokenObject["scopes"],
  created_at: row.createdAt.toISOString(),
  expires_at: row.expiresAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
});

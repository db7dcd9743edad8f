import { readAccessToken } from "@roundtrip/access-token/access-token";
import { readActionToken } from "@roundtrip/access-token/action-token";
import type { KeySet } from "@roundtrip/access-token/authenticator";
import { credentialSha256, credentialWord } from "@roundtrip/access-token/credential-format";
import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import type { Introspection } from "@roundtrip/contracts/auth/introspection";
import type { WorkspaceCaller } from "@roundtrip/contracts/caller";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { findAccountSubject } from "../accounts/account.store.ts";
import { findLiveKey, findLiveKeyById } from "../api-keys/api-key.store.ts";
import { findLiveToken, findLiveTokenById } from "../personal-access-tokens/personal-access-token.store.ts";
import { isRespondentLive, isSignInLive } from "./introspection.store.ts";

export interface IntrospectTokenDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly keySet: KeySet;
  readonly clock: () => Date;
  readonly issuer: string;
}

const inactive: Introspection = { active: false };

/**
 * What a token is worth at this moment (RFC 7662). Whoever asks learns of tokens of its own workspaces only; everything else
 * is inactive, whatever the reason, and so is a refresh token, which is for nobody but ourselves. Asking is no use of it.
 */
export const introspectToken = async (
  deps: IntrospectTokenDeps,
  token: string,
  caller: WorkspaceCaller,
): Promise<Introspection> => {
  const word = credentialWord(token);
  const visible = await listVisibleWorkspaces(deps, caller);
  const look = { deps, token, visible, now: deps.clock() };
  if (word === "pat") return describePersonalAccessToken(look);
  if (word !== null) return describeApiKey(look);
  return (await describeAccessToken(look)) ?? (await describeActionToken(look)) ?? inactive;
};

/** A key sees its own workspace; a personal access token those that its owner may act in. */
const listVisibleWorkspaces = async (
  deps: IntrospectTokenDeps,
  caller: WorkspaceCaller,
): Promise<readonly string[]> => {
  if (caller.actor.kind !== "personal_access_token") return [caller.workspaceId];
  const token = await findLiveTokenById(deps.db, caller.actor.id, deps.clock());
  return (token?.memberships ?? []).flatMap(({ live, dev }) => [live, dev]);
};

interface Look {
  readonly deps: IntrospectTokenDeps;
  readonly token: string;
  readonly visible: readonly string[];
  readonly now: Date;
}

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);

const describeApiKey = async ({ deps, token, visible, now }: Look): Promise<Introspection> => {
  const key = await findLiveKey(deps.db, deps.keyring.digests(credentialSha256(token)), now);
  if (!key || !visible.includes(key.workspace_id)) return inactive;
  return {
    active: true,
    token_type: "api_key",
    scope: key.scopes.join(" "),
    client_id: key.api_key_id,
    iat: seconds(key.created_at),
    ...(key.expires_at ? { exp: seconds(key.expires_at) } : {}),
    workspace_id: key.workspace_id,
  };
};

const describePersonalAccessToken = async ({ deps, token, visible, now }: Look): Promise<Introspection> => {
  const found = await findLiveToken(deps.db, deps.keyring.digests(credentialSha256(token)), now);
  if (!found?.memberships.some(({ live, dev }) => visible.includes(live) || visible.includes(dev))) return inactive;
  return {
    active: true,
    token_type: "personal_access_token",
    scope: found.scopes.join(" "),
    client_id: found.personal_access_token_id,
    sub: found.account_id,
    iat: seconds(found.created_at),
    exp: seconds(found.expires_at),
  };
};

const describeAccessToken = async ({ deps, token, visible, now }: Look): Promise<Introspection | null> => {
  const claims = await readAccessToken(deps, token);
  if (!claims) return null;
  const { sub, sid, client_id, aud, iss, jti, iat, exp } = claims;
  const isLive = await isSignInLive(deps.db, { signInId: sid, subjectId: sub, now });
  if (!isLive || !(await isVisible(deps, claims, visible))) return inactive;
  return {
    active: true,
    token_type: "access_token",
    ...{ sub, client_id, aud, iss, jti, iat, exp },
    ...(claims.kind === "respondent" ? { workspace_id: claims.workspace_id } : {}),
  };
};

const isVisible = async (
  deps: IntrospectTokenDeps,
  claims: AccessTokenClaims,
  visible: readonly string[],
): Promise<boolean> => {
  if (claims.kind === "respondent") {
    return visible.includes(claims.workspace_id) && isRespondentLive(deps.db, claims.sub, claims.workspace_id);
  }
  const account = await findAccountSubject(deps.db, claims.sub);
  return account?.memberships.some(({ live, dev }) => visible.includes(live) || visible.includes(dev)) ?? false;
};

const describeActionToken = async ({ deps, token, visible, now }: Look): Promise<Introspection | null> => {
  const claims = await readActionToken(deps, token);
  if (!claims || !visible.includes(claims.workspace_id)) return null;
  const key = await findLiveKeyById(deps.db, claims.client_id, now);
  if (key?.workspace_id !== claims.workspace_id) return null;
  const { sub, client_id, aud, iss, jti, iat, exp, workspace_id } = claims;
  const scope = claims.scope
    .split(" ")
    .filter((each) => key.scopes.includes(each))
    .join(" ");
  return {
    active: true,
    token_type: "action_token",
    ...{ scope, sub, client_id, aud, iss, jti, iat, exp, workspace_id },
  };
};

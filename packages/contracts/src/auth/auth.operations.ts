import type { Operation } from "../operation.ts";
import { createApiKey } from "./create-api-key.http.ts";
import { getAccount } from "./get-account.http.ts";
import { getWorkspace } from "./get-workspace.http.ts";
import { listApiKeys } from "./list-api-keys.http.ts";
import { listPublicKeys } from "./list-public-keys.http.ts";
import { refreshAccess } from "./refresh-access.http.ts";
import { revokeApiKey } from "./revoke-api-key.http.ts";
import { signInAccount } from "./sign-in-account.http.ts";
import { signInAlias } from "./sign-in-alias.http.ts";
import { signInWithToken } from "./sign-in-with-token.http.ts";
import { signOut } from "./sign-out.http.ts";

/** Every operation of auth-service. */
export const authOperations = [
  signInAccount,
  signInAlias,
  signInWithToken,
  refreshAccess,
  signOut,
  listPublicKeys,
  getAccount,
  getWorkspace,
  listApiKeys,
  createApiKey,
  revokeApiKey,
] as const satisfies readonly Operation[];

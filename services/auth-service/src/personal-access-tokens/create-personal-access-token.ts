import { createCredential, credentialPrefix, credentialSha256 } from "@roundtrip/access-token/credential-format";
import type { Scope } from "@roundtrip/contracts/scope";
import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { lockMaker } from "../api-keys/lock-maker.ts";
import { listCustomerIds } from "../api-keys/maker.store.ts";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import { liveTokensMax, refuseTokenExpiry } from "./personal-access-token.rules.ts";
import { countLiveTokens, insertToken } from "./personal-access-token.store.ts";

export interface CreatePersonalAccessTokenDeps {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

export interface CreatePersonalAccessToken {
  readonly accountId: string;
  readonly signInId: string;
  readonly source: AuditSource;
  readonly name: string;
  readonly expires_at: string;
  readonly scopes: readonly Scope[];
}

/**
 * The token itself is in the answer and nowhere else; the table holds its HMAC. The account's row is locked, so that parallel
 * requests make no more than 50 between them. Throws `conflict` beyond that.
 */
export const createPersonalAccessToken = async (
  deps: CreatePersonalAccessTokenDeps,
  command: CreatePersonalAccessToken,
) => {
  const now = deps.clock();
  const { accountId, source } = command;
  const expiresAt = new Date(command.expires_at);
  const refusal = refuseTokenExpiry(expiresAt, now);
  if (refusal) throw new Problem("invalid_request", { detail: [{ loc: ["body", "expires_at"], ...refusal }] });
  const token = createCredential("pat");
  const created = {
    personalAccessTokenId: uuidv7(),
    accountId,
    name: command.name,
    prefix: credentialPrefix(token),
    scopes: command.scopes,
    createdAt: now,
    expiresAt,
  };
  await deps.db.transaction(async (tx) => {
    await lockMaker(tx, { ...command, now });
    if ((await countLiveTokens(tx, accountId, now)) >= liveTokensMax) {
      throw new Problem("conflict", { detail: `An account has at most ${liveTokensMax} tokens that work; revoke one` });
    }
    await insertToken(tx, { ...created, digest: deps.keyring.digest(credentialSha256(token)) });
    await recordAuditFor(
      tx,
      {
        action: "personal_access_token.created",
        actor: { kind: "account", id: accountId },
        target: { kind: "personal_access_token", id: created.personalAccessTokenId },
        source,
        detail: { prefix: created.prefix, scopes: created.scopes.join(" "), expires_at: expiresAt.toISOString() },
      },
      { customerIds: await listCustomerIds(tx, accountId), now },
    );
  });
  return { ...created, token };
};

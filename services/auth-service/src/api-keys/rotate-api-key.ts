import { apiKeyPrefix, createApiKey as createKeyText } from "@roundtrip/access-token/api-key-format";
import { credentialSha256 } from "@roundtrip/access-token/credential-format";
import type { Scope } from "@roundtrip/contracts/scope";
import { nudges } from "@roundtrip/contracts/subjects";
import type { Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { liveKeysWithOverlapMax, overlapEnd, successorExpiry } from "./api-key.rules.ts";
import { countLiveKeys, insertApiKey, lockLiveKey, lockWorkspace, markReplaced } from "./api-key.store.ts";
import type { CreatedKey } from "./api-key-object.rules.ts";
import type { CreateApiKeyDeps } from "./create-api-key.ts";
import { lockAdmin } from "./lock-maker.ts";

export interface RotateApiKeyDeps extends CreateApiKeyDeps {
  readonly bus: EventBus;
}

export interface RotateApiKey {
  readonly apiKeyId: string;
  readonly overlapSeconds: number;
  readonly customerId: string;
  readonly accountId: string;
  readonly signInId: string | null;
  readonly source: AuditSource;
}

/**
 * A successor with the same name, scopes and environment, while the old key works on for the overlap. The old key's row is
 * locked: of two rotations at once the later one finds it replaced. An overlap of 0 is a revocation. Either way the old key
 * is announced, because caches hold the expiry that it had.
 *
 * Throws `conflict` for a key that is replaced and still works and when too many such keys still work, `api_key_not_found` for one that is another customer's,
 * unknown, revoked or expired.
 */
export const rotateApiKey = async (deps: RotateApiKeyDeps, command: RotateApiKey): Promise<CreatedKey> => {
  const now = deps.clock();
  return deps.db.transaction(async (tx) => {
    await lockAdmin(tx, { ...command, now });
    const old = await lockLiveKey(tx, { apiKeyId: command.apiKeyId, customerId: command.customerId, now });
    if (!old) throw new Problem("api_key_not_found");
    if (old.replaced_by !== null) throw new Problem("conflict", { detail: "This key has been replaced already" });
    const workspaceId = await lockWorkspace(tx, { ...command, environment: old.environment });
    if ((await countLiveKeys(tx, workspaceId, now)) >= liveKeysWithOverlapMax) {
      throw new Problem("conflict", { detail: "Too many replaced keys still work; revoke one" });
    }
    const key = createKeyText(old.environment);
    const created = {
      apiKeyId: uuidv7(),
      customerId: command.customerId,
      name: old.name,
      environment: old.environment,
      prefix: apiKeyPrefix(key),
      // `create-api-key.ts` writes only scopes.
      scopes: old.scopes as Scope[],
      createdBy: command.accountId,
      createdAt: now,
      expiresAt: successorExpiry({ createdAt: old.created_at, expiresAt: old.expires_at }, now),
    };
    await insertApiKey(tx, { ...created, digest: deps.keyring.digest(credentialSha256(key)) });
    await markReplaced(tx, {
      apiKeyId: command.apiKeyId,
      replacedBy: created.apiKeyId,
      expiresAt: overlapEnd(old.expires_at, command.overlapSeconds, now),
      revokedAt: command.overlapSeconds === 0 ? now : null,
    });
    await recordRotation(tx, command, { successorId: created.apiKeyId, workspaceId: old.workspace_id, now });
    tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, command.apiKeyId));
    return { ...created, key };
  });
};

interface Rotation {
  readonly successorId: string;
  readonly workspaceId: string;
  readonly now: Date;
}

const recordRotation = (tx: Tx, command: RotateApiKey, { successorId, workspaceId, now }: Rotation): Promise<void> =>
  recordAudit(
    tx,
    {
      action: "api_key.rotated",
      actor: { kind: "account", id: command.accountId },
      customerId: command.customerId,
      workspaceId,
      target: { kind: "api_key", id: command.apiKeyId },
      source: command.source,
      detail: { successor_id: successorId, overlap_seconds: command.overlapSeconds },
    },
    now,
  );

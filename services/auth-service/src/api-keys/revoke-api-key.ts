import { nudges } from "@roundtrip/contracts/subjects";
import type { Sql } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { markRevoked } from "./api-key.store.ts";

export interface RevokeApiKeyDeps {
  readonly db: Sql;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

/**
 * Revoked, then announced: every cache drops the key at once, or within its 30 s when the announcement is lost.
 * Throws `api_key_not_found` for a key of another customer, an unknown and a revoked one alike.
 */
export const revokeApiKey = async (
  deps: RevokeApiKeyDeps,
  key: { readonly apiKeyId: string; readonly customerId: string },
): Promise<void> => {
  if (!(await markRevoked(deps.db, { ...key, now: deps.clock() }))) throw new Problem("api_key_not_found");
  deps.bus.announce(nudges.credentialsChanged, key.apiKeyId);
};

import { publicKeys } from "@roundtrip/contracts/auth/public-keys.rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import type { Sql } from "@roundtrip/database/database";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { listPublishedJwks } from "./list-public-keys.ts";

/**
 * Answers the other services' key sets, and says that somebody answers again: the keys may have changed while nobody did,
 * and whoever has asked in vain would wait before asking again.
 */
export const answerPublicKeys = async (deps: { readonly db: Sql; readonly bus: EventBus }): Promise<Subscription> => {
  const subscription = await deps.bus.respond(publicKeys.subject, async () =>
    JSON.stringify({ keys: await listPublishedJwks(deps.db) }),
  );
  deps.bus.announce(nudges.keysChanged, "");
  return subscription;
};

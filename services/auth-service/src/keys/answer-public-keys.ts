import { publicKeys } from "@roundtrip/contracts/auth/public-keys.rpc";
import type { Sql } from "@roundtrip/database/database";
import type { EventBus, Subscription } from "@roundtrip/event-bus/event-bus";
import { listPublishedJwks } from "./list-public-keys.ts";

/** Answers the other services' key sets. */
export const answerPublicKeys = (deps: { readonly db: Sql; readonly bus: EventBus }): Promise<Subscription> =>
  deps.bus.respond(publicKeys.subject, async () => JSON.stringify({ keys: await listPublishedJwks(deps.db) }));

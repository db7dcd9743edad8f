import { nudges } from "@roundtrip/contracts/subjects";
import type { Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";

/** After the commit every verifier hears that access tokens of these sign-ins, or of this respondent, are worth nothing. */
export const announceEnded = (tx: Tx, bus: Pick<EventBus, "announce">, ids: readonly string[]): void => {
  tx.afterCommit(() => {
    for (const id of ids) bus.announce(nudges.credentialsChanged, id);
  });
};

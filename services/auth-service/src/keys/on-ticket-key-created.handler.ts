import { returnTicketUse } from "@roundtrip/access-token/token.rules";
import { nudges } from "@roundtrip/contracts/subjects";
import { ticketKeyCreated } from "@roundtrip/contracts/survey/ticket-key-created.event";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createEventConsumer } from "@roundtrip/outbox/event-consumer";
import type { OutboxLog } from "@roundtrip/outbox/outbox";
import type { Worker } from "@roundtrip/service-runner/service";
import { publicMembers } from "./public-key.rules.ts";
import { publishKey } from "./signing-key.store.ts";

export interface TicketKeyDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly log: OutboxLog;
}

/** survey.ticket-key.created.v1 -> the JWKS, so that integrators verify return tickets with it. */
export const createTicketKeyHandler = (deps: TicketKeyDeps): Worker =>
  createEventConsumer({
    ...deps,
    durable: "auth-service-on-ticket-key-created",
    eventTypes: [ticketKeyCreated],
    apply: async (tx, events) => {
      for (const { envelope } of events) {
        const { kid, public_jwk } = envelope.data;
        const jwk = publicMembers(public_jwk, { kid, roundtrip_use: returnTicketUse });
        // Trying again would not make it a key; the error is for whoever published it.
        if (!jwk) deps.log.error({ kid }, "a published ticket key is no ES256 key");
        else if (await publishKey(tx, kid, { ...jwk })) tx.afterCommit(() => deps.bus.announce(nudges.keysChanged, ""));
      }
    },
  });

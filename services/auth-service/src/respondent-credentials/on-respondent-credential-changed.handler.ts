import { respondentCredentialChanged } from "@roundtrip/contracts/survey/respondent-credential-changed.event";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { createEventConsumer } from "@roundtrip/outbox/event-consumer";
import type { OutboxLog } from "@roundtrip/outbox/outbox";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Worker } from "@roundtrip/service-runner/service";
import { applyRespondentCredential } from "./apply-respondent-credential.ts";

export interface RespondentCredentialDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly log: OutboxLog;
  readonly keyring: Keyring;
}

/** survey.respondent-credential.changed.v1 -> the projection that respondents sign in against. */
export const createRespondentCredentialHandler = (deps: RespondentCredentialDeps): Worker =>
  createEventConsumer({
    ...deps,
    durable: "auth-service-on-respondent-credential-changed",
    eventTypes: [respondentCredentialChanged],
    apply: async (tx, events) => {
      for (const { envelope } of events) await applyRespondentCredential(tx, deps, envelope.data);
    },
  });

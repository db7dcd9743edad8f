import type { WebhookChanges } from "@roundtrip/contracts/notify/webhook";
import type { Environment } from "@roundtrip/contracts/scope";
import type { NotifyDeps } from "../deps.ts";
import { changeWebhook } from "./change-webhook.ts";
import { checkWebhook } from "./check-webhook.ts";
import type { Place, Webhook } from "./webhook.store.ts";

type Deps = Pick<NotifyDeps, "prisma" | "bus" | "vetting">;

export interface UpdateWebhook {
  readonly place: Place;
  readonly environment: Environment;
  readonly changes: WebhookChanges;
}

/** Throws `webhook_not_found`, `webhook_refused`. */
export const updateWebhook = async (deps: Deps, { place, environment, changes }: UpdateWebhook): Promise<Webhook> => {
  await checkWebhook(deps.vetting, changes, environment);
  const { url, description, event_types, surveys, payload, max_in_flight, timeout_ms } = changes;
  return changeWebhook(deps, place, {
    ...(url === undefined ? {} : { url }),
    ...(description === undefined ? {} : { description }),
    ...(event_types === undefined ? {} : { eventTypes: event_types }),
    ...(surveys === undefined ? {} : { surveys }),
    ...(payload === undefined ? {} : { payload }),
    ...(max_in_flight === undefined ? {} : { maxInFlight: max_in_flight }),
    ...(timeout_ms === undefined ? {} : { timeoutMs: timeout_ms }),
  });
};

import { nudges } from "@roundtrip/contracts/subjects";
import { Problem } from "@roundtrip/http-problem/problem";
import type { NotifyDeps } from "../deps.ts";
import { type Place, updateWebhook, type Webhook, type WebhookColumns } from "./webhook.store.ts";

type Deps = Pick<NotifyDeps, "prisma" | "bus">;

/**
 * Every change of a webhook goes through here: the engine that owns it hears of it at once, and reads it again within
 * 10 s when the nudge is lost. Throws `webhook_not_found`.
 */
export const changeWebhook = async (deps: Deps, place: Place, columns: WebhookColumns): Promise<Webhook> => {
  const webhook = await updateWebhook(deps.prisma, place, columns);
  if (!webhook) throw new Problem("webhook_not_found");
  deps.bus.announce(nudges.webhookChanged, place.webhookId);
  return webhook;
};

export const enableWebhook = (deps: Deps, place: Place): Promise<Webhook> =>
  changeWebhook(deps, place, { state: "enabled", disabledReason: null, failingSince: null });

/** Its open deliveries are given up by the engine, in batches; a webhook that is disabled already stays as it is. */
export const disableWebhook = (deps: Deps, place: Place): Promise<Webhook> =>
  changeWebhook(deps, place, { state: "disabled", disabledReason: "manual" });

/** The row stays, for the sake of its deliveries' history; to everyone else it is gone. */
export const deleteWebhook = async (deps: Deps, place: Place): Promise<void> => {
  await changeWebhook(deps, place, { deletedAt: new Date() });
};

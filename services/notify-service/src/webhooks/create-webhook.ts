import { type NewWebhook, webhooksPerWorkspaceMax } from "@roundtrip/contracts/notify/webhook";
import type { Environment } from "@roundtrip/contracts/scope";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import type { NotifyDeps } from "../deps.ts";
import { createWebhookSecret } from "../sending/webhook-signature.ts";
import { checkWebhook } from "./check-webhook.ts";
import { secretContext } from "./open-secrets.ts";
import { countWebhooks, insertWebhook, type Webhook } from "./webhook.store.ts";
import { insertSecret } from "./webhook-secret.store.ts";

type Deps = Pick<NotifyDeps, "db" | "keyring" | "vetting">;

export interface CreateWebhook {
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly given: NewWebhook;
}

const timeoutMsDefault = 15_000;
const maxInFlightDefault = 8;

/** The webhook and its first secret, in clear this once. Throws `webhook_refused`, `webhook_limit_reached`. */
export const createWebhook = async (
  deps: Deps,
  { workspaceId, environment, given }: CreateWebhook,
): Promise<{ readonly webhook: Webhook; readonly secret: string }> => {
  await checkWebhook(deps.vetting, given, environment);
  const secret = createWebhookSecret();
  const place = { workspaceId, webhookId: uuidv7() };
  const secretId = uuidv7();
  const sealed = deps.keyring.seal(secret, secretContext({ ...place, secretId }));
  const webhook = await deps.db.transaction(async (tx) => {
    if ((await countWebhooks(tx, workspaceId)) >= webhooksPerWorkspaceMax) throw new Problem("webhook_limit_reached");
    const inserted = await insertWebhook(tx, {
      ...place,
      environment,
      url: given.url,
      description: given.description ?? null,
      eventTypes: given.event_types,
      surveys: given.surveys ?? [],
      payload: given.payload ?? "thin",
      maxInFlight: given.max_in_flight ?? maxInFlightDefault,
      timeoutMs: given.timeout_ms ?? timeoutMsDefault,
    });
    await insertSecret(tx, { ...place, secretId, sealed });
    return inserted;
  });
  return { webhook, secret };
};

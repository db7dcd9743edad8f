import { nudges } from "@roundtrip/contracts/subjects";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import type { NotifyDeps } from "../deps.ts";
import { createWebhookSecret } from "../sending/webhook-signature.ts";
import { secretContext } from "./open-secrets.ts";
import type { Place } from "./webhook.store.ts";
import { insertSecret, retireSecrets } from "./webhook-secret.store.ts";

type Deps = Pick<NotifyDeps, "db" | "keyring" | "bus">;

export interface RotatedSecret {
  readonly secret: string;
  /** Until when the one before signs as well; null when it stopped at once. */
  readonly previousRetiresAt: Date | null;
}

/** Throws `webhook_not_found`. */
export const rotateWebhookSecret = async (deps: Deps, place: Place, overlapSeconds: number): Promise<RotatedSecret> => {
  const secret = createWebhookSecret();
  const secretId = uuidv7();
  const sealed = deps.keyring.seal(secret, secretContext({ ...place, secretId }));
  const previousRetiresAt = await deps.db.transaction(async (tx) => {
    const retiresAt = await retireSecrets(tx, place, overlapSeconds);
    if (retiresAt === undefined) throw new Problem("webhook_not_found");
    await insertSecret(tx, { ...place, secretId, sealed });
    tx.afterCommit(() => deps.bus.announce(nudges.webhookChanged, place.webhookId));
    return retiresAt;
  });
  return { secret, previousRetiresAt };
};

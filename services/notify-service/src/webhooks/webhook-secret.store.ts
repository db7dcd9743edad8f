import { type Sql, statement, type Tx } from "@roundtrip/database/database";

export interface SealedSecret {
  readonly secretId: string;
  readonly webhookId: string;
  readonly workspaceId: string;
  readonly sealed: string;
}

const insert = statement(
  "webhook-secret-insert",
  "INSERT INTO webhook_secrets (secret_id, webhook_id, workspace_id, sealed) VALUES ($1, $2, $3, $4)",
);

export const insertSecret = async (tx: Tx, secret: SealedSecret): Promise<void> => {
  await tx.query(insert, [secret.secretId, secret.webhookId, secret.workspaceId, secret.sealed]);
};

const lockWebhook = statement<{ webhook_id: string }>(
  "webhook-secret-lock-webhook",
  "SELECT webhook_id FROM webhooks WHERE webhook_id = $1 AND workspace_id = $2 AND deleted_at IS NULL FOR UPDATE",
);
const dropRetiring = statement(
  "webhook-secret-drop-retiring",
  "DELETE FROM webhook_secrets WHERE webhook_id = $1 AND (retires_at IS NOT NULL OR $2 = 0)",
);
const retire = statement<{ retires_at: Date }>(
  "webhook-secret-retire",
  `UPDATE webhook_secrets SET retires_at = now() + make_interval(secs => $2)
   WHERE webhook_id = $1 AND retires_at IS NULL RETURNING retires_at`,
);

/**
 * Makes room for a new secret: what was retiring goes at once, what was current retires after the overlap (0: goes too).
 * Answers when, or null without an overlap; `undefined` when the workspace has no such webhook.
 */
export const retireSecrets = async (
  tx: Tx,
  place: { readonly workspaceId: string; readonly webhookId: string },
  overlapSeconds: number,
): Promise<Date | null | undefined> => {
  const [webhook] = await tx.query(lockWebhook, [place.webhookId, place.workspaceId]);
  if (!webhook) return undefined;
  await tx.query(dropRetiring, [place.webhookId, overlapSeconds]);
  const [retiring] = await tx.query(retire, [place.webhookId, overlapSeconds]);
  return retiring?.retires_at ?? null;
};

export interface OpenableSecret extends SealedSecret {
  readonly retiresAt: Date | null;
}

const usable = statement<OpenableSecret>(
  "webhook-secret-usable",
  `SELECT secret_id AS "secretId", webhook_id AS "webhookId", workspace_id AS "workspaceId", sealed, retires_at AS "retiresAt"
   FROM webhook_secrets WHERE webhook_id = ANY($1::uuid[]) AND (retires_at IS NULL OR retires_at > now())
   ORDER BY secret_id DESC`,
);

/** Newest first, which is the order in which they sign. */
export const listUsableSecrets = (sql: Sql, webhookIds: readonly string[]): Promise<OpenableSecret[]> =>
  sql.query(usable, [webhookIds]);

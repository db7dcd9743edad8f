import type { BoxContext, Keyring } from "@roundtrip/secret-box/keyring";
import { webhookKey } from "../sending/webhook-signature.ts";
import type { OpenableSecret } from "./webhook-secret.store.ts";

/** Binds a sealed secret to its row: copied to another webhook it does not open. */
export const secretContext = (secret: { readonly secretId: string; readonly workspaceId: string }): BoxContext => ({
  table: "webhook_secrets",
  id: secret.secretId,
  workspaceId: secret.workspaceId,
});

export interface SigningKey {
  readonly key: Buffer;
  readonly retiresAtMs: number;
}

/** Throws `BoxNotOpened` when one of them cannot be opened. */
export const openSecrets = (keyring: Keyring, secrets: readonly OpenableSecret[]): readonly SigningKey[] =>
  secrets.map((secret) => ({
    key: webhookKey(keyring.open(secret.sealed, secretContext(secret))),
    retiresAtMs: secret.retiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
  }));

import { nudges } from "@roundtrip/contracts/subjects";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { BoxContext, Keyring } from "@roundtrip/secret-box/keyring";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { findActiveKey, insertActiveKey, lockSigningKeys } from "./signing-key.store.ts";

export interface SigningKeyDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly keyring: Keyring;
}

/** Signing keys belong to no workspace. */
export const signingKeyBox = (kid: string): BoxContext => ({ table: "signing_keys", id: kid, workspaceId: "" });

/** Makes the first key. Of several processes that start at once on an empty database, one makes it and the others see it. */
export const createFirstSigningKey = async (deps: SigningKeyDeps): Promise<void> => {
  if (await findActiveKey(deps.db)) return;
  await deps.db.transaction(async (tx) => {
    await lockSigningKeys(tx);
    if (await findActiveKey(tx)) return;
    const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    const privateBox = deps.keyring.seal(JSON.stringify(await exportJWK(privateKey)), signingKeyBox(kid));
    await insertActiveKey(tx, { kid, publicJwk: { ...publicJwk }, privateBox });
    tx.afterCommit(() => deps.bus.announce(nudges.keysChanged, ""));
  });
};

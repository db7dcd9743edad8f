import type { BoxContext, Keyring } from "@roundtrip/secret-box/keyring";
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { NewSigningKey } from "./signing-key.store.ts";

/** Signing keys belong to no workspace. */
export const signingKeyBox = (kid: string): BoxContext => ({ table: "signing_keys", id: kid, workspaceId: "" });

/** An ES256 key whose private half is sealed. Its `kid` is its thumbprint (RFC 7638), so none is ever used twice. */
export const createSigningKey = async (keyring: Keyring): Promise<NewSigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateBox = keyring.seal(JSON.stringify(await exportJWK(privateKey)), signingKeyBox(kid));
  return { kid, publicJwk: { ...publicJwk }, privateBox };
};

import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { signingKeyBox } from "./create-signing-key.ts";
import { findActiveKey } from "./signing-key.store.ts";

export interface SigningKeys {
  /** Signs with the active key (ES256). `typ` tells kinds of tokens apart (RFC 8725 section 3.11). */
  sign(typ: string, claims: JWTPayload): Promise<string>;
  /** The next signature reads the active key anew. */
  forget(): void;
}

export interface SigningKeysDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** A replica that has missed the nudge changes over to a new active key within this time; both are published by then. */
const maxAgeMs = 60_000;

type PrivateKey = Awaited<ReturnType<typeof importJWK>>;
interface Active {
  readonly kid: string;
  readonly key: PrivateKey;
  readonly readAt: number;
}

export const createSigningKeys = (deps: SigningKeysDeps): SigningKeys => {
  let active: Active | null = null;
  const current = async (): Promise<Active> => {
    const now = deps.clock().getTime();
    if (active && now - active.readAt < maxAgeMs) return active;
    const row = await findActiveKey(deps.db);
    if (!row) throw new Error("there is no active signing key");
    if (active?.kid !== row.kid) {
      const jwk: unknown = JSON.parse(deps.keyring.open(row.private_box, signingKeyBox(row.kid)));
      // The box is authenticated: it holds what `create-signing-key.ts` has sealed.
      const key = await importJWK(jwk as Parameters<typeof importJWK>[0], "ES256");
      active = { kid: row.kid, key, readAt: now };
    } else active = { ...active, readAt: now };
    return active;
  };
  return {
    sign: async (typ, claims) => {
      const { kid, key } = await current();
      return new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ, kid }).sign(key);
    },
    forget: () => {
      active = null;
    },
  };
};

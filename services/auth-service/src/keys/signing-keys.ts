import type { JsonWebKey, KeyObject } from "node:crypto";
import type { Sql } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { signingKeyBox } from "./create-signing-key.ts";
import { importSigningKey, signToken } from "./es256.ts";
import { findActiveKey } from "./signing-key.store.ts";

export interface SigningKeys {
  /** Signs with the active key (ES256). `typ` tells kinds of tokens apart (RFC 8725 section 3.11). */
  sign(typ: string, claims: object): Promise<string>;
  /** The next signature reads the active key anew. */
  forget(): void;
}

export interface SigningKeysDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** A replica that has missed the nudge changes over to the new active key within this time. */
const maxAgeMs = 60_000;

interface Active {
  readonly kid: string;
  readonly key: KeyObject;
  readonly readAt: number;
}

export const createSigningKeys = (deps: SigningKeysDeps): SigningKeys => {
  let active: Active | null = null;
  let reading: Promise<Active> | null = null;
  let changes = 0;

  const readOnce = (): Promise<Active> => {
    if (reading) return reading;
    const started = read().finally(() => {
      if (reading === started) reading = null;
    });
    reading = started;
    return started;
  };
  const read = async (): Promise<Active> => {
    const changesBefore = changes;
    const found = await readActiveKey(deps);
    // What was read before the change must not be kept: the key may have been dropped by it.
    if (changes !== changesBefore) return current();
    active = found;
    return found;
  };
  const current = (): Promise<Active> => {
    if (active && deps.clock().getTime() - active.readAt < maxAgeMs) return Promise.resolve(active);
    return readOnce();
  };
  return {
    sign: async (typ, claims) => {
      const { kid, key } = await current();
      return signToken(key, { kid, typ }, claims);
    },
    forget: () => {
      changes += 1;
      active = null;
      reading = null;
    },
  };
};

const readActiveKey = async (deps: SigningKeysDeps): Promise<Active> => {
  const readAt = deps.clock().getTime();
  const row = await findActiveKey(deps.db);
  if (!row) throw new DependencyUnavailable("database", { cause: new Error("there is no active signing key") });
  const jwk: unknown = JSON.parse(deps.keyring.open(row.private_box, signingKeyBox(row.kid)));
  // The box is authenticated: it holds what `create-signing-key.ts` has sealed.
  return { kid: row.kid, key: importSigningKey(jwk as JsonWebKey), readAt };
};

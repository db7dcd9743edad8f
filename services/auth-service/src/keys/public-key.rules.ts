import type { PublicKey } from "@roundtrip/contracts/auth/list-public-keys.http";
import type { Static } from "typebox";

export type PublishedJwk = Static<typeof PublicKey>;

/**
 * The public members of an ES256 key, and nothing else whatever comes in: a private member can never get into the JWKS,
 * because it is built from a closed list. Null when it is no such key.
 */
export const publicMembers = (
  jwk: Readonly<Record<string, unknown>>,
  key: Pick<PublishedJwk, "kid" | "roundtrip_use">,
): PublishedJwk | null => {
  const { kty, crv, x, y } = jwk;
  if (kty !== "EC" || crv !== "P-256" || !isCoordinate(x) || !isCoordinate(y)) return null;
  return { kty, crv, x, y, kid: key.kid, alg: "ES256", use: "sig", roundtrip_use: key.roundtrip_use };
};

/** 32 bytes in base64url. */
const isCoordinate = (value: unknown): value is string =>
  typeof value === "string" && /^[A-Za-z0-9_-]{43}$/.test(value);

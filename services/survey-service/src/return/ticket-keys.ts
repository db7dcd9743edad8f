import { returnTicketUse } from "@roundtrip/access-token/token.rules";
import { ticketKeyCreated } from "@roundtrip/contracts/survey/ticket-key-created.event";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from "jose";
import type { SurveyDeps } from "../deps.ts";
import {
  findCurrentTicketKey,
  findTicketKey,
  lockTicketKeys,
  recordTicketKey,
  type TicketKey,
} from "./ticket-key.store.ts";

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey | Uint8Array;
}

/** The keys of return tickets (ES256). All processes sign with the same one; anyone finds the public half in the JWKS. */
export interface TicketKeys {
  /** Makes the first key when there is none yet. */
  getSigningKey(): Promise<SigningKey>;
  findPublicKey(kid: string): Promise<CryptoKey | Uint8Array | null>;
}

type Deps = Pick<SurveyDeps, "db" | "keyring" | "outbox">;

const algorithm = "ES256";
/** A ticket key belongs to the whole installation and to no workspace; its event and its seal carry the nil UUID. */
const noWorkspace = "00000000-0000-0000-0000-000000000000";

export const createTicketKeys = (deps: Deps): TicketKeys => {
  const publicKeys = new Map<string, CryptoKey | Uint8Array>();
  let signing: Promise<SigningKey> | undefined;
  return {
    getSigningKey: () => {
      signing ??= openSigningKey(deps).catch((error: unknown) => {
        signing = undefined;
        throw error;
      });
      return signing;
    },
    findPublicKey: async (kid) => {
      const known = publicKeys.get(kid);
      if (known) return known;
      const stored = await findTicketKey(deps.db, kid);
      if (!stored) return null;
      const opened = await importJWK(stored.publicJwk, algorithm);
      publicKeys.set(kid, opened);
      return opened;
    },
  };
};

const openSigningKey = async (deps: Deps): Promise<SigningKey> => {
  const key = (await findCurrentTicketKey(deps.db)) ?? (await createTicketKey(deps));
  const privateJwk: unknown = JSON.parse(deps.keyring.open(key.sealedPrivate, sealOf(key.kid)));
  if (typeof privateJwk !== "object" || privateJwk === null) throw new Error("a ticket key's private half is no JWK");
  return { kid: key.kid, privateKey: await importJWK(privateJwk, algorithm) };
};

/** Of two processes that start at once, the second waits and takes the key of the first. */
const createTicketKey = async (deps: Deps): Promise<TicketKey> => {
  const candidate = await newTicketKey(deps);
  return deps.db.transaction(async (tx) => {
    await lockTicketKeys(tx);
    const existing = await findCurrentTicketKey(tx);
    if (existing) return existing;
    await recordTicketKey(tx, candidate);
    await deps.outbox.append(tx, {
      type: ticketKeyCreated,
      workspaceId: noWorkspace,
      data: { kid: candidate.kid, public_jwk: { ...candidate.publicJwk } },
    });
    return candidate;
  });
};

const newTicketKey = async ({ keyring }: Deps): Promise<TicketKey> => {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const bare = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(bare);
  return {
    kid,
    publicJwk: { ...bare, kid, alg: algorithm, use: "sig", roundtrip_use: returnTicketUse },
    sealedPrivate: keyring.seal(JSON.stringify(await exportJWK(pair.privateKey)), sealOf(kid)),
  };
};

const sealOf = (kid: string) => ({ table: "ticket_keys", id: kid, workspaceId: noWorkspace });

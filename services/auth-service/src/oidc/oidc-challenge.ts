import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Sql } from "@roundtrip/database/database";
import { type BoxContext, BoxNotOpened, type Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { findOidcChallenge, insertOidcChallenge, spendOidcChallenge } from "./oidc-challenge.store.ts";
import { type BrowserBinding, roundTripSeconds } from "./oidc-cookie.rules.ts";
import type { RoundTripSecrets } from "./openid-provider.ts";

export interface ChallengeDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** Who wants to be linked: an account, as long as this sign-in of its own lasts. */
export interface LinkWish {
  readonly accountId: string;
  readonly signInId: string;
}

/** What must come back or be known then. */
export interface OidcChallenge extends RoundTripSecrets {
  readonly browserSecret: string;
  /** Null for a sign-in. */
  readonly link: LinkWish | null;
}

/** Challenges belong to no workspace. */
const boxOf = (challengeId: string): BoxContext => ({ table: "challenges", id: challengeId, workspaceId: "" });

/** Keeps what the round trip must bring back. The answer belongs into the browser that begins it, and nowhere else. */
export const createOidcChallenge = async (
  deps: ChallengeDeps,
  { state, nonce, verifier }: RoundTripSecrets,
  link: LinkWish | null,
): Promise<BrowserBinding> => {
  const now = deps.clock();
  const challengeId = uuidv7();
  const secret = randomBytes(32).toString("base64url");
  const challenge: OidcChallenge = { state, nonce, verifier, link, browserSecret: secret };
  await insertOidcChallenge(deps.db, {
    challengeId,
    accountId: link?.accountId ?? null,
    box: deps.keyring.seal(JSON.stringify(challenge), boxOf(challengeId)),
    now,
    expiresAt: new Date(now.getTime() + roundTripSeconds * 1_000),
  });
  return { challengeId, secret };
};

/**
 * The round trip that this browser began and this answer ends, once. Null when it is used, too old, another browser's, or when
 * the state is another one's: then it is not spent, so that nobody can spoil it with a made-up answer.
 */
export const takeOidcChallenge = async (
  deps: ChallengeDeps,
  binding: BrowserBinding | null,
  state: string | undefined,
): Promise<OidcChallenge | null> => {
  if (!binding || state === undefined) return null;
  const now = deps.clock();
  const box = await findOidcChallenge(deps.db, binding.challengeId, now);
  const challenge = box === null ? null : openChallenge(deps.keyring, box, binding.challengeId);
  if (!challenge || !isSame(challenge.browserSecret, binding.secret) || !isSame(challenge.state, state)) return null;
  return (await spendOidcChallenge(deps.db, binding.challengeId, now)) ? challenge : null;
};

/** Null for a box whose key is gone. */
const openChallenge = (keyring: Keyring, box: string, challengeId: string): OidcChallenge | null => {
  try {
    // Sealed above.
    const challenge: OidcChallenge = JSON.parse(keyring.open(box, boxOf(challengeId)));
    return challenge;
  } catch (error) {
    if (error instanceof BoxNotOpened) return null;
    throw error;
  }
};

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

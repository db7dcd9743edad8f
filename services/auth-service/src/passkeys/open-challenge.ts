import type { Sql } from "@roundtrip/database/database";
import type { BoxContext, Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { insertChallenge, type PasskeyPurpose, takeChallenge } from "./challenge.store.ts";

export interface ChallengeDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

interface Ceremony {
  readonly purpose: PasskeyPurpose;
  readonly accountId: string | null;
}

/** Enough to look for a phone and a finger. */
export const challengeLifeMs = 300_000;

const placeOf = (challengeId: string): BoxContext => ({ table: "challenges", id: challengeId, workspaceId: "" });

/** Keeps the challenge (base64url) for the ceremony's way back; answers the id to come back with. */
export const openChallenge = async (deps: ChallengeDeps, ceremony: Ceremony, challenge: string): Promise<string> => {
  const challengeId = uuidv7();
  const now = deps.clock();
  const box = deps.keyring.seal(challenge, placeOf(challengeId));
  const expiresAt = new Date(now.getTime() + challengeLifeMs);
  await insertChallenge(deps.db, { ...ceremony, challengeId, box, now, expiresAt });
  return challengeId;
};

/** The challenge, this once; null when there is none for this ceremony of this account. */
export const spendChallenge = async (
  deps: ChallengeDeps,
  ceremony: Ceremony,
  challengeId: string,
): Promise<string | null> => {
  const box = await takeChallenge(deps.db, { ...ceremony, challengeId, now: deps.clock() });
  return box && deps.keyring.open(box, placeOf(challengeId));
};

import { setTimeout as sleep } from "node:timers/promises";
import { changeSigningKeys, type KeyChange, type KeyChangeDeps } from "./change-signing-keys.ts";
import {
  decideEarlyRotation,
  decideEmergency,
  decideFirstKey,
  decideReplacement,
  decideRotation,
} from "./signing-key.rules.ts";
import { findActiveKey } from "./signing-key.store.ts";

/** Makes the first key. Of several processes that start at once on an empty database, one makes it and the others see it. */
export const createFirstSigningKey = async (deps: KeyChangeDeps): Promise<void> => {
  if (await findActiveKey(deps.db)) return;
  await changeSigningKeys(deps, { cause: "first", decide: decideFirstKey });
};

/** More steps than can ever be due at once: a decision that repeats itself must not hold the worker. */
const stepsMax = 10;

/** Takes what is due, one transaction a step; nothing when another replica is at it. */
export const rotateSigningKeys = async (deps: KeyChangeDeps): Promise<readonly KeyChange[]> => {
  const all: KeyChange[] = [];
  for (let step = 0; step < stepsMax; step += 1) {
    const changes = await changeSigningKeys(deps, { cause: "planned", decide: decideRotation, onlyWhenFree: true });
    if (changes.length === 0) break;
    all.push(...changes);
  }
  return all;
};

/** The next key signs from now on, or begins its 24 hours; nothing while these run. */
export const bringRotationForward = (deps: KeyChangeDeps): Promise<readonly KeyChange[]> =>
  changeSigningKeys(deps, { cause: "brought_forward", decide: decideEarlyRotation });

/**
 * A new key, and no other. It is published half a second before it signs, so that every verifier has read it when the
 * first token comes that needs it, also one that strangers have just made spend its look-up for unknown keys.
 */
export const replaceSigningKeys = async (
  deps: KeyChangeDeps & { readonly publishedAheadMs?: number },
): Promise<readonly KeyChange[]> => {
  const published = await changeSigningKeys(deps, { cause: "emergency", decide: decideReplacement });
  await sleep(deps.publishedAheadMs ?? 500);
  return [...published, ...(await changeSigningKeys(deps, { cause: "emergency", decide: decideEmergency }))];
};

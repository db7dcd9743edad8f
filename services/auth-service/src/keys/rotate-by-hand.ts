import type { KeyChange, KeyChangeDeps } from "./change-signing-keys.ts";
import { bringRotationForward, replaceSigningKeys } from "./rotate-signing-keys.ts";
import { publishedAheadMs } from "./signing-key.rules.ts";

export interface RotationByHand {
  readonly kind: "planned" | "emergency";
  readonly say: (line: string) => void;
}

/**
 * What a person asks for in a terminal, and what they are told. The keys change also while the broker is away; then the
 * running services find out by themselves.
 */
export const rotateByHand = async (deps: KeyChangeDeps, { kind, say }: RotationByHand): Promise<void> => {
  await isReachable(deps);
  const changes = await (kind === "emergency" ? replaceSigningKeys : bringRotationForward)(deps);
  for (const change of changes) say(describeChange(change));
  if (changes.length === 0) {
    say("Nothing was changed: the next key has been published for less than 24 hours. Until then its tokens");
    say("would be refused by whoever keeps the JWKS. If a key has leaked, run this with --emergency.");
    return;
  }
  if (kind === "emergency") say("Whoever was signed in signs in again; personal access tokens and API keys stay good.");
  else if (changes.every(({ done }) => done === "created")) say(describeWait(deps.clock()));
  if (await isReachable(deps)) say("The running services have been told.");
  else say("The broker cannot be reached: running services change within a minute, or when they are restarted.");
};

const describeChange = ({ done, kid }: KeyChange): string =>
  ({
    created: `Published the new key ${kid}.`,
    activated: `The key ${kid} signs from now on.`,
    retired: `The key ${kid} signs no more. What it has signed stays good until it ends.`,
    dropped: `The key ${kid} is gone. What it has signed is refused.`,
  })[done];

const describeWait = (now: Date): string =>
  `It may sign from ${new Date(now.getTime() + publishedAheadMs).toISOString()} on: run this again then, or wait for the 30 days of the active key.`;

/** A round trip to the broker: what was announced before it has arrived there. */
const isReachable = ({ bus }: KeyChangeDeps): Promise<boolean> =>
  bus.check().then(
    () => true,
    () => false,
  );

/**
 * The life of a signing key. It changes through one door, `change-signing-keys.ts`, one transaction a step.
 *
 * - **next**: made and published, signs nothing. Every verifier, and every integrator that keeps the JWKS for its 5 minutes,
 *   knows the key for at least 24 hours before the first token that needs it. There is at most one.
 * - **active**: signs everything: access, refresh and user action tokens. There is exactly one, for 30 days.
 * - **retiring**: signs nothing any more, and its private half is destroyed. It stays published until the last token that
 *   it has signed has ended (`verifiesUntil`), so that nobody is signed out by a rotation.
 * - **gone**: published no more; what it has signed is refused. The row stays, because a `kid` is never used twice and the
 *   audit log names it.
 *
 * ```
 * next ──24 h published, 30 days of the other──> active ──> retiring ──last token ended──> gone
 *   └──────────────emergency──────────────────────┴────emergency────┴───────────────────────^
 * ```
 *
 * In an emergency everything that there is may be known to others. A new key is published, and a moment later (the time
 * that verifiers need to read it) it signs and every other key is gone, in one transaction: whoever was signed in signs in
 * again.
 */
export interface SigningKeyState {
  readonly kid: string;
  readonly state: "next" | "active" | "retiring" | "gone";
  readonly created_at: Date;
  readonly activated_at: Date | null;
  /** When it goes (known from its retirement on), or went. */
  readonly gone_at: Date | null;
}

/** One change of one key. `create` makes the next key; `activate` means the one that is next, `retire` the active one. */
export type KeyStep = { readonly do: "create" | "activate" | "retire" } | { readonly do: "drop"; readonly kid: string };

/** What is to happen in one transaction, in this order; empty when nothing is due. */
export type KeyDecision = (keys: readonly SigningKeyState[], now: Date) => readonly KeyStep[];

const hourMs = 3_600_000;
const signsForMs = 30 * 24 * hourMs;
export const publishedAheadMs = 24 * hourMs;
/** Replicas that have missed a change sign with the old key for a minute more, and clocks differ. */
const slackMs = hourMs;

const find = (keys: readonly SigningKeyState[], state: SigningKeyState["state"]) =>
  keys.find((key) => key.state === state);

const isPublishedLongEnough = (next: SigningKeyState, now: Date): boolean =>
  now.getTime() - next.created_at.getTime() >= publishedAheadMs;

/** A database without an active key gets one at once: nobody could sign in. */
export const decideFirstKey: KeyDecision = (keys) => {
  if (find(keys, "active")) return [];
  return find(keys, "next") ? [{ do: "activate" }] : [{ do: "create" }, { do: "activate" }];
};

/** What is due by the calendar. */
export const decideRotation: KeyDecision = (keys, now) => {
  const active = find(keys, "active");
  if (!active) return decideFirstKey(keys, now);
  const next = find(keys, "next");
  const signedForMs = now.getTime() - (active.activated_at ?? active.created_at).getTime();
  if (!next && signedForMs >= signsForMs - publishedAheadMs) return [{ do: "create" }];
  if (next && signedForMs >= signsForMs && isPublishedLongEnough(next, now))
    return [{ do: "retire" }, { do: "activate" }];
  return keys.filter((key) => hasEnded(key, now)).map(({ kid }) => ({ do: "drop", kid }));
};

const hasEnded = (key: SigningKeyState, now: Date): boolean =>
  key.state === "retiring" && key.gone_at !== null && key.gone_at <= now;

/** A person wants the rotation now. The 24 hours hold all the same; without a next key they begin. */
export const decideEarlyRotation: KeyDecision = (keys, now) => {
  if (!find(keys, "active")) return decideFirstKey(keys, now);
  const next = find(keys, "next");
  if (!next) return [{ do: "create" }];
  return isPublishedLongEnough(next, now) ? [{ do: "retire" }, { do: "activate" }] : [];
};

/** First half of an emergency: a key that nobody can know yet. The one that was next may be known like the others. */
export const decideReplacement: KeyDecision = (keys) => [
  ...keys.filter((key) => key.state === "next").map(({ kid }): KeyStep => ({ do: "drop", kid })),
  { do: "create" },
];

/** Second half: the new key signs, and there is no other. */
export const decideEmergency: KeyDecision = (keys) => [
  ...keys
    .filter((key) => key.state === "active" || key.state === "retiring")
    .map(({ kid }): KeyStep => ({ do: "drop", kid })),
  ...(find(keys, "next") ? [] : [{ do: "create" } as const]),
  { do: "activate" },
];

/** What bounds the tokens that a key has signed. */
export interface SignedTokens {
  /** The longest life that a token is given from here on; refresh tokens live longest (user action tokens 12 h). */
  readonly longestLifeMs: number;
  /** The end of the longest open sign-in: it may be older than a change of the settings. */
  readonly lastSignInEnd: Date | null;
}

/** How long a key goes on verifying that retires now. */
export const verifiesUntil = (tokens: SignedTokens, now: Date): Date => {
  const newest = now.getTime() + tokens.longestLifeMs;
  return new Date(Math.max(newest, tokens.lastSignInEnd?.getTime() ?? 0) + slackMs);
};

import type { Scope } from "@roundtrip/contracts/scope";

const actionTokenSecondsDefault = 7_200;

/** What a page about one person needs. */
const scopesDefault: readonly Scope[] = [
  "users:read",
  "users:write",
  "sessions:read",
  "sessions:write",
  "submissions:read",
];

/** The scopes of a new token: those asked for, or the usual ones as far as the key has them. A sentence when it has not. */
export const chooseScopes = (
  asked: readonly Scope[] | undefined,
  held: readonly Scope[],
): readonly Scope[] | { readonly refusal: string } => {
  const lacking = (asked ?? []).filter((scope) => !held.includes(scope));
  if (lacking.length > 0) return { refusal: `The key lacks ${lacking.join(", ")}` };
  const chosen = asked ?? scopesDefault.filter((scope) => held.includes(scope));
  return chosen.length > 0 ? chosen : { refusal: `The key has none of ${scopesDefault.join(", ")}` };
};

/** Seconds since 1970. The token says the truth about its end, although it would die with its key in any case. */
export const actionTokenExpiry = (
  nowSeconds: number,
  lifeSeconds: number = actionTokenSecondsDefault,
  keyExpiresAt: Date | null = null,
): number => {
  const end = nowSeconds + lifeSeconds;
  return keyExpiresAt === null ? end : Math.min(end, Math.floor(keyExpiresAt.getTime() / 1_000));
};

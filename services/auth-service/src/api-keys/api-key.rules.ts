/** More keys of one workspace that work at the same time are more than anybody can look after. */
export const liveKeysMax = 100;

/** Whoever has as many may still rotate each of them: the replaced ones work on for their overlap. */
export const liveKeysWithOverlapMax = 2 * liveKeysMax;

/** Why the key cannot get this expiry, or null. */
export const refuseExpiry = (expiresAt: Date, now: Date): string | null =>
  expiresAt <= now ? "must be in the future" : null;

interface Lifetime {
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** A successor lives as long as its predecessor was given: a rotation neither shortens a key's life nor makes it endless. */
export const successorExpiry = ({ createdAt, expiresAt }: Lifetime, now: Date): Date | null =>
  expiresAt === null ? null : new Date(now.getTime() + (expiresAt.getTime() - createdAt.getTime()));

/** When a replaced key ends: after the overlap, and never later than it would have. */
export const overlapEnd = (expiresAt: Date | null, overlapSeconds: number, now: Date): Date => {
  const end = new Date(now.getTime() + overlapSeconds * 1_000);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
};

/** An opaque cursor names the last key of a page; keys have time-ordered ids. Null for what is none of ours. */
export const parseCursor = (cursor: string): string | null =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor) ? cursor : null;

/** Why the key cannot get this expiry, or null. */
export const refuseExpiry = (expiresAt: Date, now: Date): string | null =>
  expiresAt <= now ? "must be in the future" : null;

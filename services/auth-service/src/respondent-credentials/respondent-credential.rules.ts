/** A token is good until the moment it expires; null is for ever. */
export const hasTokenExpired = (credential: { readonly token_expires_at: Date | null }, now: Date): boolean =>
  credential.token_expires_at !== null && credential.token_expires_at <= now;

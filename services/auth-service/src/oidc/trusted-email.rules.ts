import { emailKey } from "../accounts/account.rules.ts";

/**
 * The key of the account that an e-mail from the provider may be linked with, or null. ASCII only: keys fold look-alikes
 * (full-width letters, the Kelvin sign) into one, and the provider may keep apart what they fold.
 */
export const trustedEmailKey = (email: string): string | null =>
  /^[\x21-\x7e]{3,320}$/.test(email) && email.includes("@") ? emailKey(email) : null;

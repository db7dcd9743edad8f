/** How e-mails are compared: one person, one account, however the address is typed. */
export const emailKey = (email: string): string => email.normalize("NFKC").trim().toLowerCase();

/** Without a second factor (NIST SP 800-63B-4). */
const passwordCodePointsMin = 15;

/** Why this cannot be an account's password, or null. */
export const refuseAccountPassword = (password: string): string | null =>
  [...password].length < passwordCodePointsMin ? `needs ${passwordCodePointsMin} characters or more` : null;

/** How e-mails are compared: one person, one account, however the address is typed. */
export const emailKey = (email: string): string => email.normalize("NFKC").trim().toLowerCase();

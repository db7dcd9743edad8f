import type { LimitPolicy } from "./limit.rules.ts";

/**
 * Passwords, per address. A person mistypes a few times and a clinic's whole staff signs in behind one address; at one a
 * second in the long run, somebody who tries one password on many names gets nowhere.
 */
export const passwordSignInLimit: LimitPolicy = { name: "password-sign-in", limit: 60, windowSeconds: 60 };

/**
 * Links, per address. A waiting room behind one address opens hundreds of links in an hour, in bursts; what could be guessed
 * has 160 bits and more, so the limit protects the database and not the tokens.
 */
export const tokenSignInLimit: LimitPolicy = { name: "token-sign-in", limit: 300, windowSeconds: 60 };

/** Passkeys and their challenges, per address: two requests for each sign-in. */
export const passkeySignInLimit: LimitPolicy = { name: "passkey-sign-in", limit: 120, windowSeconds: 60 };

/** Round trips to the OpenID provider, per address: two requests for each sign-in. */
export const oidcSignInLimit: LimitPolicy = { name: "oidc-sign-in", limit: 120, windowSeconds: 60 };

/**
 * Refreshes, per sign-in. An access token lives for minutes; twenty tabs that wake up at once are still far below, and are
 * counted in memory.
 */
export const refreshLimit: LimitPolicy = { name: "refresh", limit: 120, windowSeconds: 60, localLimit: 30 };

/** Mails with a link to set a new password, per address: nobody forgets twenty passwords in an hour. */
export const passwordResetLimit: LimitPolicy = { name: "password-reset", limit: 20, windowSeconds: 3_600 };

/** Opening and redeeming the links of invitations and password resets, per address. Their secrets have 256 bits. */
export const linkRedemptionLimit: LimitPolicy = { name: "link-redemption", limit: 30, windowSeconds: 60 };

/**
 * Accounts that a customer's owners try to make. The answer says whether the installation knows an e-mail, so it is counted
 * whatever the answer is: at 60 in an hour nobody reads out a list of addresses.
 */
export const accountAttemptLimit: LimitPolicy = { name: "account-attempts", limit: 60, windowSeconds: 3_600 };

/** Invitations that a customer's owners try to send: more than their mails, so that mistakes among them do no harm. */
export const invitationAttemptLimit: LimitPolicy = { name: "invitation-attempts", limit: 120, windowSeconds: 3_600 };

/** All per address together, per network (/24, /56) and process, in memory: a flood stops here and reaches no database. */
export const networkFloodLimit: LimitPolicy = { name: "network-flood", limit: 1_200, windowSeconds: 60 };

/** Entries in the audit log about one and the same refusal: an attacker who is turned away must not fill the log. */
export const throttledEntryLimit: LimitPolicy = { name: "throttled-entry", limit: 1, windowSeconds: 60 };

import type { LimitPolicy } from "../throttling/limit.rules.ts";

/** Mails that a customer's owners, or an operator, cause: no customer invites a thousand people in an hour. */
export const senderMailLimit: LimitPolicy = { name: "mails-of-sender", limit: 100, windowSeconds: 3_600 };

/** Invitations to one address, whoever sends them: an inbox must not be filled through us. */
export const recipientMailLimit: LimitPolicy = { name: "mails-to-recipient", limit: 10, windowSeconds: 86_400 };

/** Links for a new password that one account gets by mail, whoever asks for them. */
const resetsPerHourMax = 3;
const resetsPerDayMax = 10;

export const mayReset = (sent: { readonly inHour: number; readonly inDay: number }): boolean =>
  sent.inHour < resetsPerHourMax && sent.inDay < resetsPerDayMax;

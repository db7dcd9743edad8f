import type { Email } from "../accounts/email.rules.ts";
import { type LimitDeps, limitRequests } from "../throttling/limit-requests.ts";
import { recipientMailLimit, senderMailLimit } from "./mail-limits.rules.ts";

export interface MailUse {
  /** The customer, or the operator who makes one. */
  readonly senderId: string;
  readonly recipient: Email;
}

/**
 * One more mail that somebody makes us send. `deps.db` is the transaction that queues it: what is rolled back was not sent and
 * is not counted. Throws `rate_limited`.
 */
export const limitMails = async (deps: LimitDeps, { senderId, recipient }: MailUse): Promise<void> => {
  await limitRequests(deps, senderMailLimit, senderId);
  await limitRequests(deps, recipientMailLimit, recipient.key);
};

import type { Email } from "../accounts/email.rules.ts";
import { type LimitDeps, limitRequests } from "../throttling/limit-requests.ts";
import { recipientMailLimit, senderMailLimit } from "./mail-limits.rules.ts";

export interface MailUse {
  /** The customer, or the operator who makes one. */
  readonly senderId: string;
  readonly recipient: Email;
}

/** One more mail that somebody makes us send. Throws `rate_limited`. */
export const limitMails = async (deps: LimitDeps, { senderId, recipient }: MailUse): Promise<void> => {
  await limitRequests(deps, senderMailLimit, senderId);
  await limitRequests(deps, recipientMailLimit, recipient.key);
};

import type { Worker } from "@roundtrip/service-runner/service";
import { pause } from "@roundtrip/service-runner/supervise";
import type { AuthDeps } from "../deps.ts";
import { retryWaitMs } from "../mails/mail-retry.rules.ts";
import { claimMails, type MailRow, postponeMail } from "../mails/outgoing-mail.store.ts";
import { type AnswerResetRequestDeps, answerResetRequest } from "./answer-reset-request.ts";
import { resetRequestTemplate } from "./seal-reset-request.ts";

export type ResetRequestsDeps = AnswerResetRequestDeps & Pick<AuthDeps, "log">;

const pollMs = 500;
const batchSizeMax = 20;
const leaseMs = 60_000;

/** Looks up what `POST /password-reset` only wrote down. One that fails is tried again until it expires. */
export const createResetRequestAnswerer = (deps: ResetRequestsDeps): Worker => ({
  name: "auth-service-answer-reset-requests",
  run: async (signal) => {
    while (!signal.aborted) {
      const now = deps.clock();
      const until = new Date(now.getTime() + leaseMs);
      const claim = { templates: [resetRequestTemplate], now, until, sizeMax: batchSizeMax };
      const requests = await claimMails(deps.db, claim);
      for (const request of requests) await answerOrPostpone(deps, request);
      if (requests.length < batchSizeMax) await pause(pollMs, signal);
    }
  },
});

const answerOrPostpone = async (deps: ResetRequestsDeps, request: MailRow): Promise<void> => {
  try {
    await answerResetRequest(deps, request);
  } catch (error) {
    deps.log.error({ err: error, mailId: request.mail_id }, "a request for a new password could not be answered yet");
    await postponeMail(deps.db, request, new Date(deps.clock().getTime() + retryWaitMs(request.attempts)));
  }
};

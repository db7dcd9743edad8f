import type { Sql } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import type { AuditSource } from "../audit/record-audit.ts";
import { insertMail } from "../mails/outgoing-mail.store.ts";
import type { LimitHeaders } from "../throttling/limit.rules.ts";
import { type AddressLimitDeps, limitAddress } from "../throttling/limit-address.ts";
import { passwordResetLimit } from "../throttling/limit-policies.rules.ts";
import { resetRequestTemplate, sealResetRequest } from "./seal-reset-request.ts";

export interface RequestPasswordResetDeps extends AddressLimitDeps {
  readonly db: Sql;
}

/** 30 minutes (OWASP Forgot Password Cheat Sheet: short), for the request and then for its link. */
export const resetLifeMs = 30 * 60_000;

/**
 * Writes the wish down and nothing else: whether somebody has that e-mail is looked up by `answer-reset-requests.worker.ts`,
 * so that the answer and its time say nothing about it. The limit is per address of the caller. Throws `rate_limited`.
 */
export const requestPasswordReset = async (
  deps: RequestPasswordResetDeps,
  { email, source }: { readonly email: string; readonly source: AuditSource },
): Promise<LimitHeaders> => {
  const headers = await limitAddress(deps, passwordResetLimit, source);
  const mailId = uuidv7();
  const { address, requestId } = source;
  await insertMail(deps.db, {
    mailId,
    template: resetRequestTemplate,
    box: sealResetRequest(deps.keyring, mailId, { email, address, requestId }),
    expiresAt: new Date(deps.clock().getTime() + resetLifeMs),
  });
  return headers;
};

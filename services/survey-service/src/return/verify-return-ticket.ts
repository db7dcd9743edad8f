import { looksLikeToken } from "@roundtrip/access-token/token.rules";
import { ReturnTicketClaims, returnTicketType } from "@roundtrip/contracts/survey/return-ticket";
import { Problem } from "@roundtrip/http-problem/problem";
import { errors, type JWTHeaderParameters, jwtVerify } from "jose";
import { Value } from "typebox/value";
import type { SurveyDeps } from "../deps.ts";
import { burnTicket } from "./burned-ticket.store.ts";

export interface VerifyReturnTicket {
  readonly ticket: string;
  readonly workspaceId: string;
}

/**
 * Checks signature, type, issuer and expiry, then uses the ticket up: of many calls with one ticket, one succeeds. Everything
 * that is wrong with a ticket is the same `ticket_invalid`, another workspace's ticket too; the cause is for the log.
 */
export const verifyReturnTicket = async (
  deps: Pick<SurveyDeps, "db" | "ticketKeys" | "clock" | "publicUrl">,
  command: VerifyReturnTicket,
): Promise<ReturnTicketClaims> => {
  const claims = await readTicket(deps, command.ticket);
  const result = await burnTicket(deps.db, {
    jti: claims.jti,
    sessionId: claims.sub,
    workspaceId: command.workspaceId,
    expiresAt: new Date(claims.exp * 1_000),
  });
  if (result === "not_mine") throw new Problem("ticket_invalid", { cause: "no session of this workspace" });
  if (result === "used") throw new Problem("ticket_already_used");
  return claims;
};

const readTicket = async (
  { ticketKeys, clock, publicUrl }: Pick<SurveyDeps, "ticketKeys" | "clock" | "publicUrl">,
  ticket: string,
): Promise<ReturnTicketClaims> => {
  if (!looksLikeToken(ticket)) throw new Problem("ticket_invalid", { cause: "no JWT" });
  const findKey = async ({ kid }: JWTHeaderParameters) => {
    const key = kid === undefined ? null : await ticketKeys.findPublicKey(kid);
    if (!key) throw new Problem("ticket_invalid", { cause: "unknown kid" });
    return key;
  };
  try {
    const { payload } = await jwtVerify(ticket, findKey, {
      algorithms: ["ES256"],
      typ: returnTicketType,
      issuer: publicUrl,
      currentDate: clock(),
    });
    const claims: unknown = payload;
    if (!Value.Check(ReturnTicketClaims, claims)) throw new Problem("ticket_invalid", { cause: "claims" });
    return claims;
  } catch (error) {
    throw error instanceof errors.JOSEError ? new Problem("ticket_invalid", { cause: error }) : error;
  }
};

import {
  type ReturnTicketClaims,
  returnTicketSeconds,
  returnTicketType,
} from "@roundtrip/contracts/survey/return-ticket";
import { SignJWT } from "jose";
import { uuidv7 } from "uuidv7";
import type { SurveyDeps } from "../deps.ts";

type Facts = Omit<ReturnTicketClaims, "iss" | "jti" | "iat" | "exp">;

/** A ticket about one session for one origin. Every call makes another `jti`, so that each can be verified once. */
export const signReturnTicket = async (
  deps: Pick<SurveyDeps, "ticketKeys" | "clock" | "publicUrl">,
  facts: Facts,
): Promise<string> => {
  const { kid, privateKey } = await deps.ticketKeys.getSigningKey();
  const iat = Math.floor(deps.clock().getTime() / 1_000);
  const claims: ReturnTicketClaims = {
    ...facts,
    iss: deps.publicUrl,
    jti: uuidv7(),
    iat,
    exp: iat + returnTicketSeconds,
  };
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: "ES256", typ: returnTicketType, kid }).sign(privateKey);
};

import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { ReturnTicketClaims } from "./return-ticket.ts";

export const verifyReturnTicket = operation({
  id: "verifyReturnTicket",
  service: "survey",
  method: "POST",
  path: "/v2/return-tickets/verify",
  summary: "Check a return ticket and use it up",
  description:
    "A ticket verifies once: the second time answers 409, so that a copied address is worth nothing. " +
    "Compare `aud` with your own origin and `state` with what you gave. A ticket of another workspace is 400 like any other that is not yours.",
  access: { kind: "workspace", scope: "sessions:read", role: "viewer" },
  dialect: "v2",
  body: Closed({ ticket: Type.String() }),
  responses: { 200: Closed({ valid: Type.Literal(true), ...ReturnTicketClaims.properties }) },
  problems: ["ticket_invalid", "ticket_already_used"],
});

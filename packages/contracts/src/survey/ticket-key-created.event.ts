import { Type } from "typebox";
import { eventType } from "../event.ts";
import { Closed } from "../formats.ts";

/** Internal: the public half of a key that signs return tickets, so that auth-service's JWKS holds it. */
export const ticketKeyCreated = eventType({
  type: "survey.ticket-key.created.v1",
  data: Closed({ kid: Type.String({ maxLength: 64 }), public_jwk: Type.Record(Type.String(), Type.Unknown()) }),
  consumers: ["auth-service-on-ticket-key-created"],
  publicType: null,
});

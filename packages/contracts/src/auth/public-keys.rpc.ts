import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { rpc } from "../rpc.ts";

/** The public signing keys (RFC 7517), the same set as `/.well-known/jwks.json`. */
export const publicKeys = rpc({
  subject: "rpc.auth.public-keys",
  owner: "auth-service",
  callers: ["survey-service", "notify-service"],
  request: Closed({}),
  reply: Closed({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) }),
});

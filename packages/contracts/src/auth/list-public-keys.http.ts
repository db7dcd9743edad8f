import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";

/** RFC 7517. `roundtrip_use` tells the keys of access tokens from those of return tickets. */
export const PublicKey = Closed({
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String(),
  y: Type.String(),
  kid: Type.String(),
  alg: Type.String(),
  use: Type.Literal("sig"),
  roundtrip_use: Type.Union([Type.Literal("access_token"), Type.Literal("return_ticket")]),
});

export const listPublicKeys = operation({
  id: "listPublicKeys",
  service: "auth",
  method: "GET",
  path: "/.well-known/jwks.json",
  summary: "The public signing keys",
  description: "A JWK Set (RFC 7517), `Cache-Control: public, max-age=300`. Keys rotate with overlap.",
  access: { kind: "public" },
  dialect: "v2",
  responses: { 200: Closed({ keys: Type.Array(PublicKey) }) },
  problems: [],
});

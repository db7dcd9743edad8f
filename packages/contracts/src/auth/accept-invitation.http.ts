import { Type } from "typebox";
import { Closed, Name } from "../formats.ts";
import { operation } from "../operation.ts";
import { RoleName } from "./account.ts";
import { LinkToken } from "./link-token.ts";
import { Password } from "./password.ts";

export const acceptInvitation = operation({
  id: "acceptInvitation",
  service: "auth",
  method: "POST",
  path: "/invitations/:token/accept",
  summary: "Accept an invitation",
  description:
    "Somebody without an account sets a password here; an existing account gains the role. It does not sign in.",
  access: { kind: "public" },
  dialect: "v2",
  params: Closed({ token: LinkToken }),
  body: Type.Union([Closed({ password: Type.Optional(Password), name: Type.Optional(Name(256)) }), Type.Null()]),
  bodyLimitBytes: 16_384,
  responses: { 200: Closed({ email: Type.String(), customer_name: Type.String(), role: RoleName }) },
  problems: ["link_not_found", "password_refused", "rate_limited"],
});

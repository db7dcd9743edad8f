import { Type } from "typebox";
import { Closed, Instant, Nullable, Page, PageQuery, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const listSignIns = operation({
  id: "listSignIns",
  service: "auth",
  method: "GET",
  path: "/v2/me/sign-ins",
  summary: "Where the account is signed in",
  description: "Live sign-ins, newest first. `address` is the network, not the address: /24 or /48.",
  access: { kind: "account" },
  dialect: "v2",
  query: Closed({ ...PageQuery }),
  responses: {
    200: Page(
      Closed({
        sign_in_id: Uuid,
        current: Type.Boolean(),
        flavour: Type.Union([Type.Literal("header"), Type.Literal("cookie")]),
        user_agent: Nullable(Type.String()),
        address: Nullable(Type.String()),
        created_at: Instant,
        last_used_at: Instant,
        expires_at: Instant,
      }),
    ),
  },
  problems: [],
});

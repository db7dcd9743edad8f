import { Type } from "typebox";
import { Closed, Instant, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const getAccount = operation({
  id: "getAccount",
  service: "auth",
  method: "GET",
  path: "/v2/me",
  summary: "The account that is signed in",
  description: "`live` and `dev` are the ids of the customer's two workspaces, for `X-Workspace`.",
  access: { kind: "account" },
  dialect: "v2",
  responses: {
    200: Closed({
      account_id: Uuid,
      email: Type.String(),
      operator: Type.Boolean(),
      created_at: Instant,
      memberships: Type.Array(
        Closed({
          customer_id: Uuid,
          customer_name: Type.String(),
          role: Type.Union([Type.Literal("owner"), Type.Literal("admin"), Type.Literal("viewer")]),
          live: Uuid,
          dev: Uuid,
        }),
      ),
    }),
  },
  problems: [],
});

import { Closed, Name, Nullable } from "../formats.ts";
import { operation } from "../operation.ts";
import { AccountObject } from "./account.ts";

export const updateMe = operation({
  id: "updateMe",
  service: "auth",
  method: "PATCH",
  path: "/v2/me",
  summary: "Change the account's own name",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ name: Nullable(Name(256)) }),
  bodyLimitBytes: 16_384,
  responses: { 200: AccountObject },
  problems: [],
});

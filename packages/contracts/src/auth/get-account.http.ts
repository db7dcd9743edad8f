import { operation } from "../operation.ts";
import { AccountObject } from "./account.ts";

export const getAccount = operation({
  id: "getAccount",
  service: "auth",
  method: "GET",
  path: "/v2/me",
  summary: "The account that is signed in",
  access: { kind: "account" },
  dialect: "v2",
  responses: { 200: AccountObject },
  problems: [],
});

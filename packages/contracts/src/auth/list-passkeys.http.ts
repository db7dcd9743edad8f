import { Type } from "typebox";
import { Closed } from "../formats.ts";
import { operation } from "../operation.ts";
import { PasskeyObject } from "./passkey.ts";

export const listPasskeys = operation({
  id: "listPasskeys",
  service: "auth",
  method: "GET",
  path: "/v2/me/passkeys",
  summary: "The account's passkeys",
  access: { kind: "account" },
  dialect: "v2",
  responses: { 200: Closed({ data: Type.Array(PasskeyObject), next: Type.Null() }) },
  problems: [],
});

import { Type } from "typebox";
import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const startPasskeySignIn = operation({
  id: "startPasskeySignIn",
  service: "auth",
  method: "POST",
  path: "/signin/passkey/options",
  summary: "Begin to sign in with a passkey",
  description:
    "`options` go to `navigator.credentials.get()`; the authenticator offers the accounts it knows. Good for 5 minutes, once.",
  access: { kind: "public" },
  dialect: "intake24",
  bodyLimitBytes: 16_384,
  responses: { 200: Closed({ challengeId: Uuid, options: Type.Record(Type.String(), Type.Unknown()) }) },
  problems: ["rate_limited"],
});

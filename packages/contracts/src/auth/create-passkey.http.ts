import { Closed, Name, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { PasskeyObject, WebAuthnResponse } from "./passkey.ts";

export const createPasskey = operation({
  id: "createPasskey",
  service: "auth",
  method: "POST",
  path: "/v2/me/passkeys",
  summary: "Register a passkey",
  description:
    "`response` is what `navigator.credentials.create()` made of the options. User verification is required; attestation " +
    "certificates are refused, because nobody looks at them. At most 20 for an account; its owner gets a mail.",
  access: { kind: "account" },
  dialect: "v2",
  body: Closed({ challenge_id: Uuid, name: Name(128), response: WebAuthnResponse }),
  bodyLimitBytes: 16_384,
  responses: { 201: PasskeyObject },
  problems: ["passkey_refused", "passkey_known", "too_many_passkeys"],
});

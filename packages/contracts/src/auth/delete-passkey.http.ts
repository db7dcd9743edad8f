import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";

export const deletePasskey = operation({
  id: "deletePasskey",
  service: "auth",
  method: "DELETE",
  path: "/v2/me/passkeys/:passkey_id",
  summary: "Forget a passkey",
  description: "Ends the account's other sign-ins, which may have come with it.",
  access: { kind: "account" },
  dialect: "v2",
  params: Closed({ passkey_id: Uuid }),
  bodyLimitBytes: 16_384,
  responses: { 204: null },
  problems: ["passkey_not_found", "last_way_in"],
});

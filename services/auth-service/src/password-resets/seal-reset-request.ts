import type { Keyring } from "@roundtrip/secret-box/keyring";
import { Type } from "typebox";
import { Compile } from "typebox/compile";

const ResetRequest = Type.Object({
  /** As somebody typed it. */
  email: Type.String(),
  address: Type.String(),
  requestId: Type.String(),
});
export type ResetRequest = Type.Static<typeof ResetRequest>;

const validator = Compile(ResetRequest);

/** The name under which requests wait among the mails. No mail template has it. */
export const resetRequestTemplate = "password_reset_request";

const placeOf = (mailId: string) => ({ table: "outgoing_mails", id: mailId, workspaceId: "" });

export const sealResetRequest = (keyring: Keyring, mailId: string, request: ResetRequest): string =>
  keyring.seal(JSON.stringify(request), placeOf(mailId));

/** Throws for a row that was tampered with. */
export const openResetRequest = (keyring: Keyring, mailId: string, box: string): ResetRequest =>
  validator.Parse(JSON.parse(keyring.open(box, placeOf(mailId))));

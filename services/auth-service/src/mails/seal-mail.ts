import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { MailText } from "./mail-templates.rules.ts";

/** A mail as it lies sealed in its row. */
export interface SealedMail extends MailText {
  readonly to: string;
}

const placeOf = (mailId: string) => ({ table: "outgoing_mails", id: mailId, workspaceId: "" });

export const sealMail = <T extends object>(keyring: Keyring, mailId: string, content: T): string =>
  keyring.seal(JSON.stringify(content), placeOf(mailId));

/** The caller knows by the row's template what was sealed. Throws `BoxNotOpened` for a row that was tampered with. */
export const openSealedMail = <T extends object>(keyring: Keyring, mailId: string, box: string): T =>
  // The box is authenticated, and only `sealMail` makes one for this place.
  JSON.parse(keyring.open(box, placeOf(mailId))) as T;

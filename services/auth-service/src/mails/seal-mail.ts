import type { Keyring } from "@roundtrip/secret-box/keyring";
import { Type } from "typebox";
import { Compile } from "typebox/compile";

const Mail = Type.Object({ to: Type.String(), subject: Type.String(), text: Type.String() });

/** A mail as it lies sealed in its row. */
export type SealedMail = Type.Static<typeof Mail>;

const mailValidator = Compile(Mail);

const placeOf = (mailId: string) => ({ table: "outgoing_mails", id: mailId, workspaceId: "" });

export const sealMail = (keyring: Keyring, mailId: string, mail: SealedMail): string => {
  return keyring.seal(JSON.stringify(mail), placeOf(mailId));
};

/** Throws for a row that was tampered with or sealed for another place. */
export const openMail = (keyring: Keyring, mailId: string, box: string): SealedMail =>
  mailValidator.Parse(JSON.parse(keyring.open(box, placeOf(mailId))));

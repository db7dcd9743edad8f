import { refuseAddress } from "../mails/mail-text.rules.ts";
import { emailKey } from "./account.rules.ts";

export interface Email {
  /** As it is stored and written to. */
  readonly address: string;
  /** As it is compared. */
  readonly key: string;
}

/**
 * An e-mail that a request brings, in NFKC: two spellings that look alike are one, and the mail goes to the one that is
 * shown. Null when it is no address any more in that form: `ａ，ｂ@x.example` becomes two.
 */
export const parseEmail = (text: string): Email | null => {
  const address = text.normalize("NFKC").trim();
  return refuseAddress(address) === null ? { address, key: emailKey(address) } : null;
};

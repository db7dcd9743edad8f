import type { Role } from "@roundtrip/contracts/scope";
import { cleanName } from "./mail-text.rules.ts";

/** What each mail is made from. `site` is the public URL; a `link` begins with it, whatever host the request named. */
export interface MailValues {
  readonly invitation: { readonly customerName: string; readonly role: Role; readonly link: string };
  readonly account_created: { readonly customerName: string; readonly link: string };
  readonly password_reset: { readonly link: string };
  readonly password_changed: Notice;
  readonly second_factor_removed: Notice;
  readonly passkey_created: Notice & { readonly passkeyName: string };
  readonly sign_in_reused: Notice;
}

/** When something happened to an account, and where. */
interface Notice {
  readonly site: string;
  readonly at: Date;
}

export type MailTemplate = keyof MailValues;

/** Those that this version can send: one that a newer replica has queued waits for it. */
export const mailTemplates: readonly MailTemplate[] = [
  "invitation",
  "account_created",
  "password_reset",
  "password_changed",
  "second_factor_removed",
  "passkey_created",
  "sign_in_reused",
];

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

type Writers = { readonly [T in MailTemplate]: (values: MailValues[T]) => MailText };

/** Plain text only: no remote picture, nothing that differs between mail programs. Subjects hold no text of others. */
const writers: Writers = {
  invitation: ({ customerName, role, link }) => ({
    subject: "You are invited to Roundtrip",
    text: paragraphs(
      `You are invited to work with "${cleanName(customerName)}" on Roundtrip, as ${article(role)}.`,
      `To accept, open this page within 7 days:\n${link}`,
      "If you did not expect this, do nothing: looking at the page changes nothing.",
    ),
  }),
  account_created: ({ customerName, link }) => ({
    subject: "Your account on Roundtrip",
    text: paragraphs(
      `An account on Roundtrip has been made for you, to work with "${cleanName(customerName)}".`,
      `To set its password, open this page within 7 days:\n${link}`,
      "If you did not expect this, do nothing: without a password nobody can use the account.",
    ),
  }),
  password_reset: ({ link }) => ({
    subject: "Set a new password",
    text: paragraphs(
      "Somebody, probably you, asked for a new password for your account on Roundtrip.",
      `To set it, open this page within 30 minutes:\n${link}`,
      "If it was not you, do nothing: your password stays as it is.",
    ),
  }),
  password_changed: (notice) => ({
    subject: "Your password was changed",
    text: warning(notice, "The password of your account on Roundtrip was changed"),
  }),
  second_factor_removed: (notice) => ({
    subject: "Your second factor was removed",
    text: warning(notice, "The second factor of your account on Roundtrip was removed"),
  }),
  passkey_created: (notice) => ({
    subject: "A passkey was added",
    text: warning(notice, `The passkey "${cleanName(notice.passkeyName)}" was added to your account on Roundtrip`),
  }),
  sign_in_reused: (notice) => ({
    subject: "One of your sign-ins was ended",
    text: warning(
      notice,
      "An old token of one of your sign-ins was used again, as happens when it was copied. That sign-in was ended",
    ),
  }),
};

export const writeMail = <T extends MailTemplate>(template: T, values: MailValues[T]): MailText =>
  writers[template](values);

const paragraphs = (...texts: readonly string[]): string => `${texts.join("\n\n")}\n`;

const article = (role: Role): string => (role === "viewer" ? "a viewer" : `an ${role}`);

const warning = ({ site, at }: Notice, what: string): string =>
  paragraphs(
    `${what}, on ${at.toISOString().slice(0, 16).replace("T", " at ")} UTC (${site}).`,
    "If it was you, there is nothing to do.",
    "If it was not you, set a new password at once, end the other sign-ins, and tell an owner of your organisation.",
  );

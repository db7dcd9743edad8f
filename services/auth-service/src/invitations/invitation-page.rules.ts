import type { Role } from "@roundtrip/contracts/scope";
import type { LinkForm, LinkNote } from "../link-pages/link-page.rules.ts";

export interface InvitationPage {
  /** Of the link. */
  readonly token: string;
  readonly email: string;
  readonly role: Role;
  readonly customerName: string;
  readonly hasAccount: boolean;
}

export const invitationForm = ({ token, email, role, customerName, hasAccount }: InvitationPage): LinkForm => ({
  title: `Work with ${customerName}`,
  intro: [
    `You are invited to ${customerName} on Roundtrip, with the role ${role}.`,
    hasAccount
      ? "You have an account already: it gains this role, and you sign in as before."
      : "Choose a password for your new account.",
  ],
  action: `/invitations/${encodeURIComponent(token)}/accept`,
  email,
  password: hasAccount ? null : { charactersMin: 15 },
  asksName: !hasAccount,
  button: hasAccount ? "Accept the invitation" : "Set the password and accept",
  done: `Done. You can sign in now, with ${email} and your password.`,
});

export const gonePage: LinkNote = {
  title: "This invitation is not open any more",
  text: [
    "It was accepted, taken back or replaced by a newer one, or it is older than 7 days.",
    "If you have accepted it yourself, just sign in. Otherwise ask the person who invited you for another one.",
  ],
};

import type { LinkForm, LinkNote } from "../link-pages/link-page.rules.ts";

export interface PasswordResetPage {
  /** Of the link. */
  readonly token: string;
  readonly email: string;
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
}

export const passwordResetForm = (page: PasswordResetPage): LinkForm => ({
  title: page.hasPassword ? "Set a new password" : "Set your password",
  intro: [
    page.hasPassword
      ? "When it is set, every sign-in of your account ends. A second factor stays on."
      : "Your account on Roundtrip is ready; it only needs a password.",
  ],
  action: `/password-reset/${encodeURIComponent(page.token)}`,
  email: page.email,
  password: { charactersMin: page.hasSecondFactor ? 8 : 15 },
  asksName: false,
  button: "Set the password",
  done: `Your password is set. You can sign in now, with ${page.email}.`,
});

export const gonePage: LinkNote = {
  title: "This link does not work any more",
  text: ["It was used, or a newer one was, or it is too old.", "Ask for another one where you sign in."],
};

export const scriptPath = "/password-reset/page.js";
export const stylePath = "/password-reset/page.css";

/**
 * Nothing but our own script and stylesheet, no frame around it, no form sent by the browser itself; the address holds a
 * secret, so it goes to nobody as a referrer and into no cache or index.
 */
export const linkPageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-robots-tag": "noindex, nofollow",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and for quoted attributes. */
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");

export interface LinkForm {
  readonly title: string;
  /** Sentences above the form. */
  readonly intro: readonly string[];
  /** Where the script posts to. */
  readonly action: string;
  /** Shown, and there for password managers. */
  readonly email: string;
  /** Null: nothing is asked for but the click. */
  readonly password: { readonly charactersMin: number } | null;
  readonly asksName: boolean;
  readonly button: string;
  /** Said when it is done. */
  readonly done: string;
}

export const renderLinkForm = (form: LinkForm): string =>
  renderPage(
    form.title,
    `${form.intro.map((text) => `<p>${escapeHtml(text)}</p>`).join("\n")}
<form data-action="${escapeHtml(form.action)}" data-done="${escapeHtml(form.done)}">
<p class="field"><label for="email">E-mail</label>
<input id="email" type="email" autocomplete="username" value="${escapeHtml(form.email)}" readonly></p>
${form.asksName ? nameField : ""}
${form.password ? passwordField(form.password.charactersMin) : ""}
<p id="error" role="alert"></p>
<p><button type="submit">${escapeHtml(form.button)}</button></p>
</form>
<p id="done" role="status" tabindex="-1"></p>
<noscript><p>This page needs JavaScript to go on.</p></noscript>
<script src="${scriptPath}" defer></script>`,
  );

export interface LinkNote {
  readonly title: string;
  readonly text: readonly string[];
}

export const renderLinkNote = ({ title, text }: LinkNote): string =>
  renderPage(title, text.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join("\n"));

const nameField = `<p class="field"><label for="name">Your name <span>(may stay empty)</span></label>
<input id="name" name="name" type="text" autocomplete="name" maxlength="256"></p>`;

const passwordField = (charactersMin: number): string => `<p class="field"><label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" maxlength="512" required
 aria-describedby="rules error"></p>
<p id="rules">${charactersMin} characters or more. Any character counts, blanks too; a few words in a row are good. Passwords
that are common or easy to guess, or made from your e-mail, are refused.</p>
<p class="choice"><input id="show" type="checkbox"><label for="show">Show the password</label></p>`;

const renderPage = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${main}
</main>
</body>
</html>
`;

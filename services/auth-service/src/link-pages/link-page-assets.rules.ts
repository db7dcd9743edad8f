/** Posts the form as JSON and says what came of it. Writes text only, never markup. */
export const linkPageScript = `"use strict";
const form = document.querySelector("form");
const button = form.querySelector("button");
const error = document.getElementById("error");
const done = document.getElementById("done");
const password = document.getElementById("password");
const show = document.getElementById("show");

show?.addEventListener("change", () => {
  password.type = show.checked ? "text" : "password";
});

const reasonOf = async (answer) => {
  const problem = await answer.json().catch(() => ({}));
  const first = Array.isArray(problem.detail) ? problem.detail[0] : undefined;
  if (first) return (first.loc.at(-1) === "password" ? "The password " : "The form ") + first.msg + ".";
  const wait = Number(answer.headers.get("retry-after"));
  const after = wait > 0 ? " (in " + wait + " s)" : "";
  return (problem.title || "That did not work; try again shortly") + after + ".";
};

const fail = (reason) => {
  error.textContent = reason;
  if (!password) return;
  password.setAttribute("aria-invalid", "true");
  password.focus();
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  error.textContent = "";
  password?.removeAttribute("aria-invalid");
  button.disabled = true;
  try {
    const given = [...new FormData(form)].filter(([, value]) => value !== "");
    const answer = await fetch(form.dataset.action, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(Object.fromEntries(given)),
      credentials: "omit",
      redirect: "error",
    });
    if (!answer.ok) return fail(await reasonOf(answer));
    form.remove();
    done.textContent = form.dataset.done;
    done.focus();
  } catch {
    fail("There is no connection to the server; try again.");
  } finally {
    button.disabled = false;
  }
});
`;

/** Works from 320 px on, in the colours that the reader's system asks for. */
export const linkPageStyle = `:root {
  color-scheme: light dark;
  --text: #1b1f24;
  --quiet: #515b66;
  --ground: #f5f6f8;
  --sheet: #ffffff;
  --line: #7d8794;
  --accent: #0b57a8;
  --on-accent: #ffffff;
  --bad: #a8161f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #eceff3;
    --quiet: #aab4bf;
    --ground: #14171b;
    --sheet: #1d2127;
    --line: #77818d;
    --accent: #8fc2ff;
    --on-accent: #0c1a29;
    --bad: #ff9c9c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 6vh auto 0; padding: 1.5rem; background: var(--sheet); border-radius: 0.75rem; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
p:empty { margin: 0; }
label { font-weight: 600; }
label span, #rules { color: var(--quiet); font-weight: 400; font-size: 0.9rem; }
.field input { display: block; width: 100%; margin-top: 0.25rem; padding: 0.6rem 0.7rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: 0.5rem; }
.field input[readonly] { border-style: dashed; color: var(--quiet); }
.field input[aria-invalid] { border-color: var(--bad); }
.choice { display: flex; gap: 0.6rem; align-items: center; }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0; accent-color: var(--accent); }
.choice label { font-weight: 400; padding: 0.4rem 0; }
button { min-height: 2.75rem; width: 100%; padding: 0.6rem 1rem; font: inherit; font-weight: 600; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: 0.5rem; }
button:disabled { opacity: 0.6; cursor: progress; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
#error { color: var(--bad); font-weight: 600; }
`;

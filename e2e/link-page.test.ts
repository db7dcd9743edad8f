import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openBrowser } from "./browser.ts";
import { call, expectStatus } from "./integrator.ts";
import { openStandalone, type StandaloneSystem } from "./systems.ts";

const password = "a sentence nobody guesses";

/** Text, because it runs in the page: the contrast of an element's words on what is behind them (WCAG 2.2, 1.4.3). */
const contrastOf = (selector: string): string => `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => parts(color).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  let element = document.querySelector(${JSON.stringify(selector)});
  const words = light(getComputedStyle(element).color);
  while (parts(getComputedStyle(element).backgroundColor)[3] === 0) element = element.parentElement;
  const ground = light(getComputedStyle(element).backgroundColor);
  return (Math.max(words, ground) + 0.05) / (Math.min(words, ground) + 0.05);
})()`;

describe("the pages behind mailed links, in a real browser", () => {
  let system: StandaloneSystem;
  let browser: Browser;
  let owner: Record<string, string>;
  beforeAll(async () => {
    [system, browser] = await Promise.all([openStandalone(), openBrowser()]);
    const signedIn = await expectStatus(200, call(`${system.url}/signin`, { body: system.admin }));
    const headers = { "x-auth-token": String(signedIn.body["refreshToken"]) };
    const { body } = await expectStatus(200, call(`${system.url}/refresh`, { method: "POST", headers }));
    owner = { "x-auth-token": String(body["accessToken"]), "x-workspace": "live" };
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  /** The newest link of a kind that standalone has shown in its terminal for an address. */
  const linkTo = (email: string, kind: "invitations" | "password-reset"): Promise<string> =>
    vi.waitFor(
      () => {
        const mail = system.said().split(`To: ${email}`).slice(1).at(-1) ?? "";
        const [link] = mail.match(new RegExp(`${system.url}/${kind}/[\\w-]+`)) ?? [];
        expect(link).toBeDefined();
        return link ?? "";
      },
      { timeout: 10_000, interval: 100 },
    );

  /** A phone's page that notes everything a browser complains about. */
  const openPage = async (colorScheme: "light" | "dark" = "light") => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      // A refused password is 422, and Chromium says so on its console.
      if (message.type() === "error" && !message.text().includes("422")) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return { page, complaints };
  };

  const signIn = (email: string) => call(`${system.url}/signin`, { body: { email, password } });
  const invite = async (email: string): Promise<string> => {
    await expectStatus(201, call(`${system.url}/v2/invitations`, { headers: owner, body: { email, role: "viewer" } }));
    return linkTo(email, "invitations");
  };
  const focused = (page: Page) => page.evaluate<string>("document.activeElement.id");

  it("take an invitation with the keyboard alone, and say aloud what is wrong and what is done", async () => {
    const link = await invite("grace@clinic.example");
    const { page, complaints } = await openPage();
    await page.goto(link);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
    expect(await page.getByLabel("E-mail").inputValue()).toBe("grace@clinic.example");
    for (let presses = 0; presses < 6 && (await focused(page)) !== "password"; presses += 1)
      await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("password");
    await page.keyboard.type("too short");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("The password needs 15 characters or more.").waitFor();
    expect(await focused(page)).toBe("password");
    expect(await page.getByLabel("New password").getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Show the password").check();
    expect(await page.getByLabel("New password").getAttribute("type")).toBe("text");
    await page.getByLabel("New password").fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("You can sign in now").waitFor();
    expect(await focused(page)).toBe("done");
    expect(await page.getByRole("button").count()).toBe(0);
    expect((await signIn("grace@clinic.example")).status).toBe(200);
    expect(complaints).toEqual([]);
    await page.reload();
    await page.getByRole("heading", { name: "This invitation is not open any more" }).waitFor();
    await page.context().close();
  });

  it("set a new password, in the dark, and give the link to nobody", async () => {
    const email = "ada@clinic.example";
    await expectStatus(200, call(`${await invite(email)}/accept`, { body: { password: "the first long password" } }));
    await expectStatus(202, call(`${system.url}/password-reset`, { body: { email } }));
    const link = await linkTo(email, "password-reset");
    const { page, complaints } = await openPage("dark");
    const asked: { readonly url: string; readonly referer: string }[] = [];
    page.on("request", (request) => asked.push({ url: request.url(), referer: request.headers()["referer"] ?? "" }));
    await page.goto(link);
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Set the password" }).click();
    await page.getByRole("status").getByText("Your password is set").waitFor();
    expect((await signIn(email)).status).toBe(200);
    expect(asked.map((request) => new URL(request.url).pathname)).toEqual([
      new URL(link).pathname,
      "/password-reset/page.css",
      "/password-reset/page.js",
      new URL(link).pathname,
    ]);
    expect(asked.filter((request) => request.referer !== "")).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(["light", "dark"] as const)("can be read on %s ground", async (scheme) => {
    const { page } = await openPage(scheme);
    await page.goto(await invite(`${scheme}@clinic.example`));
    for (const selector of ["h1", "label", "#rules", "#email", "#error", "button"]) {
      expect(await page.evaluate(contrastOf(selector)), selector).toBeGreaterThanOrEqual(4.5);
    }
    const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(scheme === "light" ? "rgb(245, 246, 248)" : "rgb(20, 23, 27)");
    await page.context().close();
  });
});

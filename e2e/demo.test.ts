import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBrowser } from "./browser.ts";
import { openStandalone, type System } from "./systems.ts";

describe("the demo", () => {
  let system: System;
  let browser: Browser;
  beforeAll(async () => {
    [system, browser] = await Promise.all([openStandalone(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it("takes a newcomer from the clinic's page through the GAD-7 and back, and shows each step", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await page.goto(system.portalUrl ?? "");
    await page.getByRole("button", { name: "Fill in the GAD-7 as Maya Lindqvist" }).click();
    await page.waitForURL(`${system.url}/gad-7/recall`);
    const choices = page.getByText("Several days", { exact: true });
    await choices.first().waitFor();
    // One answer a question, whatever way the questions are laid out.
    for (let index = 0; index < (await choices.count()); index += 1) await choices.nth(index).click();
    await page.getByText("Somewhat difficult").click();
    await page.getByRole("button", { name: "Send answers" }).click();
    await page.waitForURL(
      (url) => url.origin === new URL(system.portalUrl ?? "").origin && url.pathname === "/return",
      { timeout: 20_000 },
    );
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Welcome back, Maya Lindqvist");

    await page.reload();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("has been used already");

    await page.goto(system.portalUrl ?? "");
    await page.getByText("GAD-7: 7 of 21, mild anxiety").waitFor({ timeout: 20_000 });
    await page.goto(`${system.portalUrl}/requests`);
    await page.getByText("Told by webhook: session.completed").first().waitFor();
    expect(await page.content()).not.toMatch(/rt_dev_\w{10}|whsec_\w{10}/);
    await context.close();
  });
});

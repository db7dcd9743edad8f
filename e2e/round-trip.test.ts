import { createRemoteJWKSet, jwtVerify } from "jose";
import type { Browser, Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openBrowser } from "./browser.ts";
import {
  call,
  expectStatus,
  type Receiver,
  type Study,
  setUpStudy,
  signCreateUserToken,
  startReceiver,
} from "./integrator.ts";
import { openStack, openStandalone, type System } from "./systems.ts";

const arriving = { timeout: 20_000, interval: 100 };

describe.each([
  ["standalone", openStandalone],
  ["stack", openStack],
])("the round trip on %s", (name, open) => {
  let system: System;
  let receiver: Receiver;
  let study: Study;
  let browser: Browser;
  const addresses: string[] = [];

  beforeAll(async () => {
    [system, receiver, browser] = await Promise.all([open(), startReceiver(), openBrowser()]);
    study = await setUpStudy(system, receiver, `visit-${name}`);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await receiver?.stop();
  });

  const openPage = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    page.on("framenavigated", (frame) => {
      if (frame === page.mainFrame()) addresses.push(frame.url());
    });
    return page;
  };

  it("carries a person in, tells the third party, and brings the person back with a ticket", async () => {
    const page = await openPage();
    const token = await signCreateUserToken(study, {
      username: "patient-1",
      name: "Ada",
      customFields: [{ name: "ward", value: 7 }],
    });
    await page.goto(`${study.url}/${study.slug}/create-user/${token}?redirect=recall`);
    await page.getByText("How do you feel today?").waitFor();
    expect(page.url()).toBe(`${study.url}/${study.slug}/recall`);

    await page.getByText("so-so").click();
    await page.getByRole("button", { name: "Send answers" }).click();
    await page.waitForURL(/\/back/, { timeout: 20_000 });
    expect(await page.getByRole("heading").textContent()).toBe("Welcome back");

    const back = receiver.returns.at(-1);
    expect(back?.searchParams.get("who")).toBe("patient-1");
    const webhook = await vi.waitFor(() => {
      const [arrived] = receiver.webhooks;
      expect(arrived).toBeDefined();
      return arrived;
    }, arriving);
    const said = new Webhook(study.webhookSecret).verify(webhook?.body ?? "", { ...webhook?.headers });
    expect(said).toMatchObject({
      type: "session.completed",
      data: { username: "patient-1", survey: study.slug, status: "completed" },
    });

    const ticket = back?.searchParams.get("ticket") ?? "";
    const keys = createRemoteJWKSet(new URL(`${study.url}/.well-known/jwks.json`));
    const verified = await jwtVerify(ticket, keys, {
      issuer: study.url,
      audience: receiver.url,
      typ: "return-ticket+jwt",
      algorithms: ["ES256"],
    });
    expect(verified.payload).toMatchObject({ username: "patient-1", survey: study.slug, status: "completed" });
    expect((verified.payload.exp ?? 0) - (verified.payload.iat ?? 0)).toBeLessThanOrEqual(300);

    const verify = () => call(`${study.url}/v2/return-tickets/verify`, { headers: study.machine, body: { ticket } });
    expect((await verify()).status).toBe(200);
    const second = await verify();
    expect([second.status, second.body["code"]]).toEqual([409, "ticket_already_used"]);

    const { data } = JSON.parse(webhook?.body ?? "{}");
    const submission = await expectStatus(
      200,
      call(`${study.url}/v2/submissions/${data.submission_id}`, { headers: study.machine }),
    );
    expect(submission.body).toMatchObject({ username: "patient-1", status: "completed", data: { mood: "so-so" } });
    await page.context().close();
  });

  it("never leaves a token in the address bar, in the history or in a request to others", async () => {
    const page = await openPage();
    const token = await signCreateUserToken(study, { username: "patient-2" });
    const created = await expectStatus(
      200,
      call(`${study.url}/surveys/${study.slug}/create-user`, { body: { token } }),
    );
    const authToken = String(created.body["authToken"]);
    for (const link of [
      `/a/${authToken}`,
      `/?auth=${authToken}`,
      `/${study.slug}?auth=${authToken}`,
      `/${study.slug}/recall?auth=${authToken}`,
    ]) {
      await page.goto(study.url + link);
      await page.waitForURL((url) => url.pathname.startsWith(`/${study.slug}`) && url.search === "");
      await page
        .getByText(link.includes("recall") ? "How do you feel today?" : "Visit")
        .first()
        .waitFor();
      expect(
        await page.evaluate(
          "JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])",
        ),
      ).not.toContain(authToken);
      await page.goBack().catch(() => null);
      expect(page.url()).not.toContain(authToken);
    }
    await page.context().close();
    // The last address of each visit is what stays on the screen; the first one is where the link itself pointed.
    expect(addresses.filter((address) => address.startsWith(receiver.url)).join()).not.toContain(authToken);
  });

  it("says why a link is refused, with the survey's support address", async () => {
    const page = await openPage();
    const expired = await signCreateUserToken(study, { username: "patient-3" });
    const tampered = `${expired.slice(0, -6)}AAAAAA`;
    await page.goto(`${study.url}/${study.slug}/create-user/${tampered}`);
    await page.getByText("help@example.org").first().waitFor();
    expect(page.url()).not.toContain("eyJ");
    await page.context().close();
  });

  it("makes one respondent of 50 calls at once, with 50 equal answers", async () => {
    const token = await signCreateUserToken(study, { username: "crowd", name: "Crowd" });
    const ask = () => expectStatus(200, call(`${study.url}/surveys/${study.slug}/create-user`, { body: { token } }));
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    const respondents = await expectStatus(
      200,
      call(`${study.url}/v2/surveys/${study.slug}/respondents?limit=200`, { headers: study.machine }),
    );
    expect(JSON.stringify(respondents.body).match(/"username":"crowd"/g)).toHaveLength(1);
  });
});

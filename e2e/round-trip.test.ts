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
    return context.newPage();
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
    const requests: { readonly url: string; readonly referer: string }[] = [];
    page.on("request", (request) => {
      requests.push({ url: request.url(), referer: request.headers()["referer"] ?? "" });
    });
    // What the address bar says whenever the page asks for something: the token is gone before the first request.
    await page.addInitScript(
      "window.seenWhileAsking = []; const ask = window.fetch; window.fetch = (...given) => (window.seenWhileAsking.push(location.href), ask(...given));",
    );
    const links = [
      `/a/${authToken}`,
      `/?auth=${authToken}`,
      `/${study.slug}?auth=${authToken}`,
      `/${study.slug}/recall?auth=${authToken}`,
    ];
    for (const link of links) {
      await page.goto(study.url + link);
      await page.waitForURL((url) => url.pathname.startsWith(`/${study.slug}`) && url.search === "");
      await page
        .getByText(link.includes("recall") ? "How do you feel today?" : "Visit")
        .first()
        .waitFor();
      const seenWhileAsking = await page.evaluate("window.seenWhileAsking.join()");
      expect(seenWhileAsking).toContain(study.url);
      expect(seenWhileAsking).not.toContain(authToken);
      expect(
        await page.evaluate(
          "JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.cookie])",
        ),
      ).not.toContain(authToken);
      await page.goBack().catch(() => null);
      expect(page.url()).not.toContain(authToken);
    }
    await page.context().close();
    // The link itself and the sign-in carry the token; everything else that the pages ask for does not, nor whence it asks.
    const carrying = requests.filter((request) => request.url.includes(authToken));
    expect(carrying.map((request) => new URL(request.url).pathname).sort()).toEqual(
      [
        ...links.map((link) => new URL(link, study.url).pathname),
        ...links.map(() => `/signin/token/${authToken}`),
      ].sort(),
    );
    expect(requests.length).toBeGreaterThan(carrying.length);
    expect(requests.filter((request) => request.referer.includes(authToken))).toEqual([]);
    expect(requests.filter((request) => new URL(request.url).origin !== study.url)).toEqual([]);
  });

  it("says why a link is refused, with the survey's support address", async () => {
    const page = await openPage();
    const expired = await signCreateUserToken(study, { username: "patient-3" });
    const tampered = `${expired.slice(0, -6)}AAAAAA`;
    await page.goto(`${study.url}/${study.slug}/create-user/${tampered}`);
    await page.getByText("it was changed on the way").waitFor();
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

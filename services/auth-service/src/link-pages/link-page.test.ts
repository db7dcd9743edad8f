import { beforeAll, describe, expect, it } from "vitest";
import { headersOf, type MadeCustomer, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { linkIn, useMailbox } from "../test/open-mailbox.ts";
import { scriptPath, stylePath } from "./link-page.rules.ts";

const { mailbox, env } = useMailbox();
const { service } = useAuthService({ workers: true, env });
const evil = `<img src=x onerror=alert(1)>"'&`;
let customer: MadeCustomer;
let owner: Record<string, string>;
beforeAll(async () => {
  const { app, db } = service();
  customer = await makeCustomer(db, `Clinic ${evil}`);
  owner = await headersOf(app, await makeAccount(db, { [customer.customerId]: "owner" }));
});

const get = (url: string, method: "GET" | "HEAD" = "GET") => service().app.inject({ method, url });
const inviteTo = async (email: string): Promise<string> => {
  await postJson(service().app, { url: "/v2/invitations", payload: { email, role: "viewer" }, headers: owner });
  return linkIn(await mailbox().latestTo(email)).pathname;
};
const resetLinkOf = async (email: string): Promise<string> => {
  await postJson(service().app, { url: "/password-reset", payload: { email } });
  return linkIn(await mailbox().latestTo(email)).pathname;
};

describe("200", () => {
  it("shows the form of an invitation, with what others have named escaped", async () => {
    const path = await inviteTo("o'hara@clinic.example");
    const page = await get(path);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain("Work with Clinic &lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;");
    expect(page.body).not.toContain("<img");
    expect(page.body).toContain('value="o&#39;hara@clinic.example" readonly');
    expect(page.body).toContain(`data-action="${path}/accept"`);
    expect(page.body).toContain('autocomplete="new-password"');
    expect(page.body).toContain("15 characters or more");
  });

  it("asks an account that is there for nothing but the click", async () => {
    const elsewhere = await makeCustomer(service().db);
    const account = await makeAccount(service().db, { [elsewhere.customerId]: "viewer" });
    const page = await get(await inviteTo(account.email));
    expect(page.body).toContain("You have an account already");
    expect(page.body).not.toMatch(/type="password"|name="name"/);
  });

  it("shows the form of a reset, with the length that the account's second factor allows", async () => {
    const { db } = service();
    const account = await makeAccount(db, { [customer.customerId]: "viewer" });
    const path = await resetLinkOf(account.email);
    const alone = await get(path);
    expect(alone.statusCode).toBe(200);
    expect(alone.body).toContain("15 characters or more");
    expect(alone.body).toContain(`data-action="${path}"`);
    const turnOn = "UPDATE accounts SET totp_box = 'sealed', totp_confirmed_at = now() WHERE account_id = $1";
    await sql(db, turnOn, account.accountId);
    expect((await get(path)).body).toMatch(/>8 characters or more/);
  });

  it("spends nothing, however often a scanner looks: HEAD, and GET three times", async () => {
    const account = await makeAccount(service().db, { [customer.customerId]: "viewer" });
    const [resetPath, invitationPath] = [await resetLinkOf(account.email), await inviteTo("scanned@clinic.example")];
    const statuses: number[] = [];
    for (const path of [resetPath, invitationPath]) {
      for (const method of ["HEAD", "GET", "GET", "GET"] as const) statuses.push((await get(path, method)).statusCode);
    }
    expect(statuses).toEqual(Array(8).fill(200));
    const payload = { password: "a sentence nobody guesses" };
    expect((await postJson(service().app, { url: resetPath, payload })).statusCode).toBe(204);
    expect((await postJson(service().app, { url: `${invitationPath}/accept`, payload })).statusCode).toBe(200);
  });

  it.each([
    ["an invitation", () => inviteTo("headers@clinic.example")],
    ["a reset", async () => resetLinkOf((await makeAccount(service().db, { [customer.customerId]: "viewer" })).email)],
    ["a link that is gone", async () => "/invitations/gone"],
  ])("lets nothing into the page of %s but our own files, and the address out of it to nobody", async (_what, open) => {
    const { headers, body } = await get(await open());
    const policy = new Map(
      String(headers["content-security-policy"])
        .split("; ")
        .map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1).join(" ")]),
    );
    expect(policy.get("default-src")).toBe("'none'");
    expect([policy.get("script-src"), policy.get("style-src"), policy.get("connect-src")]).toEqual(
      Array(3).fill("'self'"),
    );
    expect([policy.get("frame-ancestors"), policy.get("base-uri"), policy.get("form-action")]).toEqual(
      Array(3).fill("'none'"),
    );
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-robots-tag": "noindex, nofollow",
      "x-content-type-options": "nosniff",
    });
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|<[a-z][^>]*\s(style|on\w+)=/i);
    const loaded = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);
    expect(loaded.filter((path) => path !== scriptPath && path !== stylePath)).toEqual([]);
  });

  it.each([
    [scriptPath, "text/javascript; charset=utf-8"],
    [stylePath, "text/css; charset=utf-8"],
  ])("serves %s beside them", async (path, type) => {
    const answer = await get(path);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ "content-type": type, "x-content-type-options": "nosniff" });
    expect(answer.body.length).toBeGreaterThan(500);
    expect(answer.body).not.toMatch(/innerHTML|eval\(|document\.write|@import|url\(/);
  });
});

describe("404", () => {
  it.each(["/invitations/made-up", "/password-reset/made-up", `/invitations/${encodeURIComponent(evil)}`])(
    "%s is a page that says what to do, and nothing of the address",
    async (path) => {
      const page = await get(path);
      expect(page.statusCode).toBe(404);
      expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(page.body).toMatch(/not (open|work) any more/);
      expect(page.body).toContain("another one");
      expect(page.body).not.toMatch(/made-up|onerror/);
    },
  );

  it("is the answer for a used link", async () => {
    const path = await inviteTo("spent@clinic.example");
    await postJson(service().app, { url: `${path}/accept`, payload: { password: "a sentence nobody guesses" } });
    expect((await get(path)).statusCode).toBe(404);
  });
});

describe("422", () => {
  it("refuses a token that is far too long", async () => {
    expect((await get(`/invitations/${"A".repeat(129)}`)).statusCode).toBe(422);
    expect((await get(`/password-reset/${"A".repeat(129)}`)).statusCode).toBe(422);
  });
});

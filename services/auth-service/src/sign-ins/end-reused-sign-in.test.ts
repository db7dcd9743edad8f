import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openMail } from "../mails/seal-mail.ts";
import { takeEntries } from "../test/audit-entries.ts";
import {
  admin,
  claimsOf,
  cookieName,
  cookieOf,
  masterKey,
  type OpenAuthService,
  openAuthService,
  postJson,
  refreshWithCookie,
  respondentCredential,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

let laterMs = 0;
const bus = createInProcessEventBus();
const hasher = await createQuickHasher();
const options = { bus, hasher, clock: () => new Date(Date.now() + laterMs) };
const { service, database } = useAuthService(options);
/** A second replica on the same database. */
let other: OpenAuthService;
const token = "a-token-of-a-respondent";
beforeAll(async () => {
  other = await openAuthService(database().url, options);
  (await openSurveyStandIn(bus)).add(respondentCredential({ token_sha256: sha256(token) }));
});
afterAll(async () => {
  await other.close();
  await bus.close();
});
beforeEach(async () => {
  laterMs = 0;
  await takeEntries(service().db);
  await sql(service().db, "DELETE FROM outgoing_mails");
});

const signIn = async () => cookieOf(await postJson(service().app, { url: "/signin?delivery=cookie", payload: admin }));
const reused = async () => (await takeEntries(service().db)).filter(({ action }) => action === "sign_in.token_reused");
const mails = async () =>
  (await sql<{ mail_id: string; template: string; box: string }>(service().db, "SELECT * FROM outgoing_mails")).map(
    ({ mail_id, template, box }) => ({ template, ...openMail(openKeyring(masterKey), mail_id, box) }),
  );

describe("a token that is used again after 20 s", () => {
  it("ends the family on every replica, with one entry in the log and one mail to the owner", async () => {
    const first = await signIn();
    const second = cookieOf(await refreshWithCookie(service().app, first));
    await takeEntries(service().db);
    laterMs = 20_000;
    const thief = await refreshWithCookie(other.app, first);
    expect(thief.statusCode).toBe(401);
    expect(thief.headers["set-cookie"]).toBeUndefined();
    for (const app of [service().app, other.app]) expect((await refreshWithCookie(app, second)).statusCode).toBe(401);
    expect((await refreshWithCookie(other.app, first)).statusCode).toBe(401);
    const { sid, sub } = claimsOf(first);
    expect(await reused()).toMatchObject([
      { actor: { kind: "unknown", id: null }, target: { kind: "sign_in", id: sid }, detail: { account_id: sub } },
    ]);
    const sent = await mails();
    expect(sent).toMatchObject([{ template: "sign_in_reused", to: admin.email }]);
    expect(sent[0]?.text).not.toContain(first.slice(-40));
  });

  it("writes one entry and one mail when ten come at once", async () => {
    const first = await signIn();
    await refreshWithCookie(service().app, first);
    laterMs = 20_000;
    const apps = [service().app, other.app];
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) => refreshWithCookie(apps[index % 2] ?? other.app, first)),
    );
    expect(new Set(all.map(({ statusCode }) => statusCode))).toEqual(new Set([401]));
    expect(await reused()).toHaveLength(1);
    expect(await mails()).toHaveLength(1);
  });

  it("of a respondent is written down and mailed to nobody", async () => {
    const response = await service().app.inject({ method: "POST", url: `/signin/token/${token}?delivery=cookie` });
    const first = cookieOf(response);
    const { sub } = claimsOf(first);
    await refreshWithCookie(service().app, first);
    laterMs = 20_000;
    await refreshWithCookie(service().app, first);
    expect(await reused()).toMatchObject([{ workspace_id: expect.any(String), detail: { respondent_id: sub } }]);
    expect(await mails()).toEqual([]);
  });

  it("does not touch a sign-in that has ended otherwise: no alarm for what is only old", async () => {
    const first = await signIn();
    await refreshWithCookie(service().app, first);
    await sql(service().db, "UPDATE sign_ins SET revoked_at = now(), revoked_reason = 'signed_out'");
    laterMs = 20_000;
    expect((await refreshWithCookie(service().app, first)).statusCode).toBe(401);
    expect(await reused()).toEqual([]);
    expect(await mails()).toEqual([]);
  });
});

describe("twenty tabs that refresh with one cookie over sockets, on two replicas", () => {
  it("all stay signed in with one successor", async () => {
    const origins = await Promise.all(
      [service().app, other.app].map((app) => app.listen({ port: 0, host: "127.0.0.1" })),
    );
    const first = await signIn();
    const tabs = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const response = await fetch(`${origins[index % 2]}/refresh?delivery=cookie`, {
          method: "POST",
          headers: { cookie: `${cookieName}=${first}` },
        });
        await response.arrayBuffer();
        return { statusCode: response.status, cookie: response.headers.get("set-cookie") };
      }),
    );
    expect(tabs.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
    expect(new Set(tabs.map(({ cookie }) => cookie)).size).toBe(1);
    const rows = await sql(service().db, "SELECT 1 FROM refresh_tokens WHERE sign_in_id = $1", claimsOf(first).sid);
    expect(rows).toHaveLength(2);
  });
});

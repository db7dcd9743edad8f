import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  admin,
  claimsOf,
  cookieName,
  cookieOf,
  type OpenAuthService,
  openAuthService,
  postJson,
  refreshWithCookie,
  respondentCredential,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

let now = () => new Date();
const bus = createInProcessEventBus();
const options = { bus, clock: () => now() };
const { service, database } = useAuthService(options);
/** A second replica on the same database. */
let other: OpenAuthService;
beforeAll(async () => {
  other = await openAuthService(database().url, options);
});
afterAll(async () => {
  await other.close();
  await bus.close();
});
beforeEach(() => {
  now = () => new Date();
});
const later = (ms: number) => {
  now = () => new Date(Date.now() + ms);
};

const signIn = async (): Promise<string> =>
  cookieOf(await postJson(service().app, { url: "/signin?delivery=cookie", payload: admin }));
const rotate = (token: string, app = service().app) => refreshWithCookie(app, token);
const family = async (token: string) => {
  const { sid } = claimsOf(token);
  const [signInRow] = await sql<{ revoked_reason: string | null; idle: number }>(
    service().db,
    `SELECT revoked_reason, extract(epoch FROM idle_expires_at - last_used_at)::int AS idle FROM sign_ins WHERE sign_in_id = $1`,
    sid,
  );
  const tokens = await sql<{ parent_id: string | null; replay_box: string | null }>(
    service().db,
    "SELECT parent_id, replay_box FROM refresh_tokens WHERE sign_in_id = $1 ORDER BY created_at",
    sid,
  );
  return { ...signInRow, tokens };
};

describe("200", () => {
  it("answers an access token and exchanges the cookie", async () => {
    const first = await signIn();
    const response = await rotate(first);
    expect(response.statusCode).toBe(200);
    expect(Object.keys(response.json())).toEqual(["accessToken"]);
    expect(cookieOf(response)).not.toBe(first);
    expect(response.headers["set-cookie"]).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
    expect(claimsOf(cookieOf(response)).sid).toBe(claimsOf(first).sid);
  });

  it("mints exactly one successor for 20 refreshes at once on two replicas, and signs all of them in", async () => {
    const first = await signIn();
    const apps = [service().app, other.app];
    const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => rotate(first, apps[index % 2])));
    expect(responses.map((response) => response.statusCode)).toEqual(Array(20).fill(200));
    expect(new Set(responses.map(cookieOf)).size).toBe(1);
    expect((await family(first)).tokens).toHaveLength(2);
    const [response] = responses;
    if (response) expect((await rotate(cookieOf(response))).statusCode).toBe(200);
  });

  it("gives the same answer again when the first one got lost", async () => {
    const first = await signIn();
    const lost = await rotate(first);
    later(14_000);
    const again = await rotate(first);
    expect(again.body).toBe(lost.body);
    expect(cookieOf(again)).toBe(cookieOf(lost));
  });

  it("lets a long chain of rotations live, each link good for one", async () => {
    let token = await signIn();
    for (let index = 0; index < 8; index += 1) token = cookieOf(await rotate(token));
    const { tokens } = await family(token);
    expect(tokens).toHaveLength(9);
    // Only the last rotation's answer is kept: the others' successors have been used.
    expect(tokens.filter((item) => item.replay_box !== null)).toHaveLength(1);
  });

  it("moves the idle end with every use, never beyond the absolute end", async () => {
    const first = await signIn();
    later(29 * 86_400_000);
    const second = cookieOf(await rotate(first));
    expect((await family(first)).idle).toBe(86_400);
    later(31 * 86_400_000);
    expect((await rotate(second)).statusCode).toBe(401);
  });

  it("keeps the answer sealed in the database", async () => {
    const first = await signIn();
    await rotate(first);
    const { tokens } = await family(first);
    expect(tokens[0]?.replay_box).toMatch(/^v1\.1\./);
    expect(tokens[0]?.replay_box).not.toContain("eyJ");
  });
});

describe("401", () => {
  const refused = async (token: string) => {
    const response = await rotate(token);
    expect(response.json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect(response.headers["set-cookie"]).toBeUndefined();
  };

  it("revokes the family when a token is used again after the grace", async () => {
    const first = await signIn();
    const second = cookieOf(await rotate(first));
    later(15_000);
    await refused(first);
    expect((await family(first)).revoked_reason).toBe("reuse");
    await refused(second);
  });

  it("revokes the family when a token is used again after its successor was used, grace or not", async () => {
    const first = await signIn();
    const second = cookieOf(await rotate(first));
    const third = cookieOf(await rotate(second));
    await refused(first);
    await refused(third);
  });

  it("revokes the family when a grandparent turns up within the grace", async () => {
    const first = await signIn();
    const third = cookieOf(await rotate(cookieOf(await rotate(first))));
    await refused(first);
    expect((await family(third)).revoked_reason).toBe("reuse");
  });

  it("takes a token whose row has been cleaned away for a reuse", async () => {
    const first = await signIn();
    const second = cookieOf(await rotate(first));
    await sql(
      service().db,
      "DELETE FROM refresh_tokens WHERE parent_id IS NULL AND sign_in_id = $1",
      claimsOf(first).sid,
    );
    await refused(first);
    await refused(second);
  });

  it("leaves other sign-ins of the same account alone", async () => {
    const [stolen, untouched] = [await signIn(), await signIn()];
    await rotate(stolen);
    later(15_000);
    await refused(stolen);
    now = () => new Date();
    expect((await rotate(untouched)).statusCode).toBe(200);
  });

  it("is signed out after 30 days without a use", async () => {
    const first = await signIn();
    await sql(
      service().db,
      "UPDATE sign_ins SET absolute_expires_at = now() + interval '90 days' WHERE sign_in_id = $1",
      claimsOf(first).sid,
    );
    later(30 * 86_400_000 - 60_000);
    const second = cookieOf(await rotate(first));
    later(61 * 86_400_000);
    await refused(second);
  });

  it("refuses a missing cookie, a header's token in the cookie and one signed out", async () => {
    expect((await service().app.inject({ method: "POST", url: "/refresh?delivery=cookie" })).statusCode).toBe(401);
    await refused(await signInAdmin(service().app));
    const token = await signIn();
    await service().app.inject({ method: "POST", url: "/signout?delivery=cookie", cookies: { [cookieName]: token } });
    await refused(token);
  });

  it("asks anew who the respondent is, and ends the sign-in of one that is gone", async () => {
    const survey = await openSurveyStandIn(bus);
    const credential = respondentCredential({ token_sha256: sha256("a-respondents-token") });
    survey.add(credential);
    const url = "/signin/token/a-respondents-token?delivery=cookie";
    const first = cookieOf(await service().app.inject({ method: "POST", url }));
    await survey.close();
    const second = cookieOf(await rotate(first));
    await sql(
      service().db,
      "UPDATE respondent_credentials SET deleted_at = now() WHERE respondent_id = $1",
      credential.respondent_id,
    );
    await refused(second);
    expect((await family(first)).revoked_reason).toBe("subject_gone");
  });
});

describe("403", () => {
  it.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("does not rotate for another site's page: %o", async (headers) => {
    const first = await signIn();
    const response = await refreshWithCookie(service().app, first, headers as Record<string, string>);
    expect(response.json()).toMatchObject({ status: 403, code: "cross_site_request" });
    expect((await rotate(first)).statusCode).toBe(200);
    expect((await family(first)).tokens).toHaveLength(2);
  });
});

describe("with a grace of no time", () => {
  it("every second use is a reuse", async () => {
    const strict = await openAuthService(database().url, { replayGraceMs: 0 });
    const first = cookieOf(await postJson(strict.app, { url: "/signin?delivery=cookie", payload: admin }));
    await rotate(first, strict.app);
    const response = await rotate(first, strict.app);
    await strict.close();
    expect(response.statusCode).toBe(401);
  });
});

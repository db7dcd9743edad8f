import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import {
  admin,
  claimsOf,
  cookieOf,
  postJson,
  refresh,
  refreshWithCookie,
  respondentCredential,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

const hasher = await createQuickHasher();
const { service } = useAuthService({ hasher });
const token = "a-token-of-a-respondent-in-our-own-workspace";

beforeAll(async () => {
  const { db, bus } = service();
  const [row] = await sql<{ workspace_id: string }>(
    db,
    "SELECT workspace_id FROM workspaces WHERE environment = 'live'",
  );
  const survey = await openSurveyStandIn(bus);
  survey.add(respondentCredential({ workspace_id: row?.workspace_id ?? "", token_sha256: sha256(token) }));
});

const flavours = ["header", "cookie"] as const;
type Flavour = (typeof flavours)[number];
const query = (flavour: Flavour) => (flavour === "cookie" ? "?delivery=cookie" : "");
type Answer = Awaited<ReturnType<typeof postJson>>;
const tokenOf = (flavour: Flavour, response: Answer): string =>
  flavour === "cookie" ? cookieOf(response) : response.json<{ refreshToken: string }>().refreshToken;
const staff = async (flavour: Flavour) =>
  tokenOf(flavour, await postJson(service().app, { url: `/signin${query(flavour)}`, payload: admin }));
const respondent = async (flavour: Flavour) =>
  tokenOf(flavour, await service().app.inject({ method: "POST", url: `/signin/token/${token}${query(flavour)}` }));
const again = (flavour: Flavour, refreshToken: string) =>
  flavour === "cookie" ? refreshWithCookie(service().app, refreshToken) : refresh(service().app, refreshToken);
const reasonOf = async (refreshToken: string) =>
  (
    await sql<{ revoked_reason: string | null }>(
      service().db,
      "SELECT revoked_reason FROM sign_ins WHERE sign_in_id = $1",
      claimsOf(refreshToken).sid,
    )
  )[0]?.revoked_reason;

describe.each(flavours)("a refresh in the %s flavour", (flavour) => {
  it.each([
    [
      "an account that is disabled",
      staff,
      "UPDATE accounts SET disabled_at = now()",
      "UPDATE accounts SET disabled_at = NULL",
    ],
    [
      "an account whose only membership is disabled",
      staff,
      "UPDATE accounts SET operator = false; UPDATE memberships SET disabled_at = now()",
      "UPDATE accounts SET operator = true; UPDATE memberships SET disabled_at = NULL",
    ],
    [
      "an account whose only customer is suspended",
      staff,
      "UPDATE accounts SET operator = false; UPDATE customers SET suspended_at = now()",
      "UPDATE accounts SET operator = true; UPDATE customers SET suspended_at = NULL",
    ],
    [
      "a respondent of a suspended customer",
      respondent,
      "UPDATE customers SET suspended_at = now()",
      "UPDATE customers SET suspended_at = NULL",
    ],
    [
      "a deleted respondent",
      respondent,
      "UPDATE respondent_credentials SET deleted_at = now()",
      "UPDATE respondent_credentials SET deleted_at = NULL",
    ],
  ])("ends the sign-in of %s, for good", async (_name, signIn, change, back) => {
    const { db } = service();
    const refreshToken = await signIn(flavour);
    for (const text of change.split(";")) await sql(db, text);
    const refused = await again(flavour, refreshToken);
    for (const text of back.split(";")) await sql(db, text);
    expect(refused.json()).toMatchObject({ status: 401, code: "unauthorized" });
    expect(refused.headers["set-cookie"]).toBeUndefined();
    expect(await reasonOf(refreshToken)).toBe("subject_gone");
    expect((await again(flavour, refreshToken)).statusCode).toBe(401);
  });

  it("tells the role and the customers of this moment", async () => {
    const { db } = service();
    let refreshToken = await staff(flavour);
    const membershipsNow = async () => {
      const response = await again(flavour, refreshToken);
      if (flavour === "cookie") refreshToken = cookieOf(response);
      const claims = claimsOf(response.json<{ accessToken: string }>().accessToken);
      return claims.kind === "account" ? [claims.operator, claims.memberships.map(({ role }) => role)] : [];
    };
    expect(await membershipsNow()).toEqual([true, ["owner"]]);
    await sql(db, "UPDATE memberships SET role = 'viewer'");
    expect(await membershipsNow()).toEqual([true, ["viewer"]]);
    await sql(db, "UPDATE memberships SET disabled_at = now()");
    expect(await membershipsNow()).toEqual([true, []]);
    await sql(db, "UPDATE memberships SET disabled_at = NULL, role = 'owner'");
  });

  it("is refused after 120 and a process's own 30 within a minute of one sign-in, and leaves others alone", async () => {
    const app = service().app;
    const once = async (refreshToken: string) =>
      app.inject({
        method: "POST",
        url: `/refresh${query(flavour)}`,
        remoteAddress: flavour === "cookie" ? "192.0.2.1" : "198.51.100.1",
        headers:
          flavour === "cookie"
            ? { cookie: `__Host-roundtrip_refresh=${refreshToken}` }
            : { "x-auth-token": refreshToken },
      });
    let refreshToken = await staff(flavour);
    const other = await staff(flavour);
    await sql(service().db, "TRUNCATE rate_limits");
    let last = await once(refreshToken);
    expect(last.headers["ratelimit"]).toBe('"default";r=119;t=2');
    expect(await sql(service().db, "SELECT 1 FROM rate_limits")).toEqual([]);
    for (let index = 0; index < 600 && last.statusCode === 200; index += 1) {
      if (flavour === "cookie") refreshToken = cookieOf(last);
      last = await once(refreshToken);
    }
    expect(last.json()).toMatchObject({ status: 429, code: "rate_limited" });
    expect(last.headers).toMatchObject({ "retry-after": "1", "ratelimit-policy": '"default";q=120;w=60' });
    expect(last.headers["set-cookie"]).toBeUndefined();
    expect((await once(other)).statusCode).toBe(200);
    expect(await reasonOf(refreshToken)).toBeNull();
  });
});

describe("a sign-in with nobody behind it", () => {
  it("is refused when its account has been removed altogether", async () => {
    const { app, db } = service();
    const refreshToken = await signInAdmin(app);
    await sql(db, "UPDATE sign_ins SET account_id = $1 WHERE sign_in_id = $2", uuidv7(), claimsOf(refreshToken).sid);
    expect((await refresh(app, refreshToken)).statusCode).toBe(401);
  });
});

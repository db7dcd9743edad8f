import { describe, expect, it } from "vitest";
import { auditEntries, findClinic, makeAccount, signInAs } from "../test/make-staff.ts";
import { claimsOf, refresh, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const unknownId = "01999999-9999-7999-8999-999999999999";
const list = (headers: Record<string, string>, query = "") =>
  service().app.inject({ url: `/v2/me/sign-ins${query}`, headers });
const end = (id: string, headers: Record<string, string>) =>
  service().app.inject({ method: "DELETE", url: `/v2/me/sign-ins/${id}`, headers });

const openMember = async (signIns = 1) => {
  const { app, db } = service();
  const clinic = await findClinic(db);
  const member = await makeAccount(db, { [clinic.customerId]: "viewer" });
  const tokens: string[] = [];
  for (let index = 0; index < signIns; index += 1) tokens.push(await signInAs(app, member));
  const { accessToken } = (await refresh(app, tokens[0] ?? "")).json<{ accessToken: string }>();
  return { ...member, clinic, tokens, headers: { "x-auth-token": accessToken }, signInId: claimsOf(accessToken).sid };
};

describe("GET /v2/me/sign-ins", () => {
  it("200: the account's own live ones, newest first, in pages, and says which one asks", async () => {
    const { db } = service();
    const member = await openMember(5);
    await openMember();
    const ids = (
      await sql<{ id: string }>(
        db,
        "SELECT sign_in_id AS id FROM sign_ins WHERE account_id = $1 ORDER BY sign_in_id DESC",
        member.accountId,
      )
    ).map(({ id }) => id);
    await sql(db, "UPDATE sign_ins SET revoked_at = now() WHERE sign_in_id = $1", ids[0]);
    await sql(db, "UPDATE sign_ins SET idle_expires_at = now() WHERE sign_in_id = $1", ids[1]);
    const first = (await list(member.headers, "?limit=2")).json();
    const second = (await list(member.headers, `?limit=2&after=${first.next}`)).json();
    const all = [...first.data, ...second.data];
    expect(all.map((one) => one.sign_in_id)).toEqual(ids.slice(2));
    expect(all.filter((one) => one.current).map((one) => one.sign_in_id)).toEqual([member.signInId]);
    expect(all[0]).toEqual({
      sign_in_id: ids[2],
      current: false,
      flavour: "header",
      user_agent: expect.any(String),
      address: "127.0.0.0/24",
      created_at: expect.stringMatching(/Z$/),
      last_used_at: expect.stringMatching(/Z$/),
      expires_at: expect.stringMatching(/Z$/),
    });
  });

  it("401 without an access token, 422 for a page that there cannot be", async () => {
    const { headers, accountId } = await openMember();
    expect((await list({})).statusCode).toBe(401);
    for (const query of ["?limit=0", "?after=x", `?account_id=${accountId}`]) {
      expect((await list(headers, query)).statusCode).toBe(422);
    }
  });
});

describe("DELETE /v2/me/sign-ins/{sign_in_id}", () => {
  it("204: its refresh token is dead at once, the others go on, and it is written down", async () => {
    const { app, db } = service();
    const member = await openMember(2);
    const [own = "", other = ""] = member.tokens;
    const { data } = (await list(member.headers)).json();
    const remote = data.find((one: { current: boolean }) => !one.current).sign_in_id;
    expect((await end(remote.toUpperCase(), member.headers)).statusCode).toBe(204);
    expect((await refresh(app, other)).statusCode).toBe(401);
    expect((await refresh(app, own)).statusCode).toBe(200);
    const entries = await auditEntries(db, "sign_in.ended");
    expect(entries.at(-1)).toMatchObject({
      chainId: member.clinic.customerId,
      body: { actor: { kind: "account", id: member.accountId }, target: { kind: "sign_in", id: remote } },
    });
    expect((await end(remote, member.headers)).statusCode).toBe(404);
  });

  it("204: also for the sign-in that asks", async () => {
    const member = await openMember();
    expect((await end(member.signInId, member.headers)).statusCode).toBe(204);
    expect((await refresh(service().app, member.tokens[0] ?? "")).statusCode).toBe(401);
  });

  it("404: an unknown one and somebody else's, which goes on", async () => {
    const [member, stranger] = [await openMember(), await openMember()];
    for (const id of [unknownId, stranger.signInId]) {
      expect((await end(id, member.headers)).json()).toMatchObject({ status: 404, code: "sign_in_not_found" });
    }
    expect((await refresh(service().app, stranger.tokens[0] ?? "")).statusCode).toBe(200);
  });

  it("401 without an access token, 422 for what is no id", async () => {
    const { headers } = await openMember();
    expect((await end(unknownId, {})).statusCode).toBe(401);
    expect((await end("all", headers)).statusCode).toBe(422);
  });
});

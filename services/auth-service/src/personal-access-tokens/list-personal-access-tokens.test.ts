import { beforeAll, describe, expect, it } from "vitest";
import { asToken, makeToken } from "../test/machine-credentials.ts";
import { findClinic, headersOf, makeAccount } from "../test/make-staff.ts";
import { adminHeaders, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
const ids: string[] = [];
beforeAll(async () => {
  const { app, db } = service();
  headers = await adminHeaders(app);
  for (let number = 0; number < 5; number += 1) {
    ids.unshift((await makeToken(app, headers, { name: `Script ${number}` })).personal_access_token_id);
  }
  const { customerId } = await findClinic(db);
  await makeToken(app, await headersOf(app, await makeAccount(db, { [customerId]: "owner" })));
});
const list = (query = "", as: Record<string, string> = headers) =>
  service().app.inject({ url: `/v2/me/personal-access-tokens${query}`, headers: as });
const idsOf = (body: { data: { personal_access_token_id: string }[] }) =>
  body.data.map((item) => item.personal_access_token_id);

describe("200", () => {
  it("lists the account's own tokens, newest first, without the tokens themselves", async () => {
    const body = (await list()).json();
    expect(idsOf(body)).toEqual(ids);
    expect(body.next).toBeNull();
    expect(body.data[0]).toEqual({
      personal_access_token_id: ids[0],
      name: "Script 4",
      prefix: expect.stringMatching(/^rt_pat_.{6}$/),
      scopes: ["tokens:read"],
      created_at: expect.any(String),
      expires_at: expect.any(String),
      last_used_at: null,
    });
  });

  it("pages without gaps or repetitions", async () => {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const body: { data: { personal_access_token_id: string }[]; next: string | null } = (
        await list(`?limit=2${next === null ? "" : `&after=${next}`}`)
      ).json();
      seen.push(...idsOf(body));
      next = body.next;
    } while (next !== null);
    expect(seen).toEqual(ids);
  });

  it("leaves out revoked ones", async () => {
    const [gone] = ids;
    await service().app.inject({ method: "DELETE", url: `/v2/me/personal-access-tokens/${gone}`, headers });
    expect(idsOf((await list()).json())).toEqual(ids.slice(1));
  });
});

describe("401 and 403", () => {
  it("is for signed-in accounts only", async () => {
    const { token } = await makeToken(service().app, headers);
    expect((await list("", {})).statusCode).toBe(401);
    expect((await list("", asToken(token))).statusCode).toBe(403);
  });
});

describe("422", () => {
  it.each(["?limit=0", "?limit=201", "?after=nonsense", "?after=", "?page=2"])("refuses %s", async (query) => {
    expect((await list(query)).json()).toMatchObject({ status: 422, code: "invalid_request" });
  });
});

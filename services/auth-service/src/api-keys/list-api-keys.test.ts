import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import { adminHeaders, postJson, sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
let headers: Record<string, string>;
const ids: string[] = [];
beforeAll(async () => {
  const { app, db } = service();
  headers = await adminHeaders(app);
  for (const environment of ["live", "dev", "live", "dev", "live"]) {
    const payload = { name: `Key ${ids.length}`, environment };
    ids.unshift((await postJson(app, { url: "/v2/api-keys", payload, headers })).json().api_key_id);
  }
  const [customer, workspace] = [uuidv7(), uuidv7()];
  await sql(db, "INSERT INTO customers (customer_id, name) VALUES ($1, 'Other')", customer);
  await sql(
    db,
    "INSERT INTO workspaces (workspace_id, customer_id, environment) VALUES ($1, $2, 'live')",
    workspace,
    customer,
  );
  await sql(
    db,
    "INSERT INTO api_keys (api_key_id, workspace_id, name, prefix, digest, scopes, created_by) VALUES ($1, $2, 'Theirs', 'p', 'd', '{}', $1)",
    uuidv7(),
    workspace,
  );
});
const list = (query = "") => service().app.inject({ url: `/v2/api-keys${query}`, headers });
const idsOf = (body: { data: { api_key_id: string }[] }) => body.data.map((item) => item.api_key_id);

describe("200", () => {
  it("lists the customer's keys of both workspaces, newest first, without the keys themselves", async () => {
    const body = (await list()).json();
    expect(idsOf(body)).toEqual(ids);
    expect(body.next).toBeNull();
    expect(body.data[0]).toEqual({
      api_key_id: ids[0],
      name: "Key 4",
      environment: "live",
      prefix: expect.stringMatching(/^rt_live_.{6}$/),
      scopes: expect.any(Array),
      created_at: expect.any(String),
      expires_at: null,
      last_used_at: null,
    });
  });

  it("pages without gaps or repetitions", async () => {
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const body: { data: { api_key_id: string }[]; next: string | null } = (
        await list(`?limit=2${next === null ? "" : `&after=${next}`}`)
      ).json();
      expect(body.data.length).toBeGreaterThan(0);
      seen.push(...idsOf(body));
      next = body.next;
    } while (next !== null);
    expect(seen).toEqual(ids);
  });

  it("ends exactly with the last key when the page is full", async () => {
    expect((await list("?limit=5")).json().next).toBeNull();
  });

  it("leaves out revoked keys", async () => {
    const [gone] = ids;
    await service().app.inject({ method: "DELETE", url: `/v2/api-keys/${gone}`, headers });
    expect(idsOf((await list()).json())).toEqual(ids.slice(1));
  });
});

describe("401 and 403", () => {
  it("wants an access token and a workspace", async () => {
    expect((await service().app.inject({ url: "/v2/api-keys" })).statusCode).toBe(401);
    const { "x-auth-token": token = "" } = headers;
    const unnamed = await service().app.inject({ url: "/v2/api-keys", headers: { "x-auth-token": token } });
    expect(unnamed.statusCode).toBe(403);
  });
});

describe("422", () => {
  it.each(["?limit=0", "?limit=201", "?limit=x", "?after=nonsense", "?after=", "?page=2"])(
    "refuses %s",
    async (query) => {
      expect((await list(query)).json()).toMatchObject({ status: 422, code: "invalid_request" });
    },
  );
});

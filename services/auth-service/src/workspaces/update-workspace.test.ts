import { nudges } from "@roundtrip/contracts/subjects";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { auditEntries, headersOf, makeAccount, makeCustomer } from "../test/make-staff.ts";
import { sql, useAuthService } from "../test/open-auth-service.ts";

const { service } = useAuthService();
const heard: string[] = [];
beforeAll(() => service().bus.listen(nudges.credentialsChanged, (id) => void heard.push(id)));

const update = (payload: unknown, headers: Record<string, string>) =>
  service().app.inject({
    method: "PATCH",
    url: "/v2/workspace",
    headers: { ...headers, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
const openAdmin = async (role: "owner" | "admin" | "viewer" = "admin", workspace = "live") => {
  const { app, db } = service();
  const customer = await makeCustomer(db);
  const account = await makeAccount(db, { [customer.customerId]: role });
  return { ...customer, account, headers: await headersOf(app, account, workspace) };
};
const originsOf = async (workspaceId: string) =>
  (
    await sql<{ allowed_origins: string[] }>(
      service().db,
      "SELECT allowed_origins FROM workspaces WHERE workspace_id = $1",
      workspaceId,
    )
  )[0]?.allowed_origins;

describe("200", () => {
  it("sets the origins of that workspace alone, announces it and writes it down", async () => {
    const { headers, live, dev, customerId } = await openAdmin();
    const origins = ["https://portal.example", "https://xn--mller-kva.example:8443"];
    const answer = await update({ allowed_origins: origins }, headers);
    expect(answer.json()).toEqual({
      workspace_id: live,
      environment: "live",
      customer: { customer_id: customerId, name: "Elsewhere" },
      allowed_origins: origins,
    });
    expect([await originsOf(live), await originsOf(dev)]).toEqual([origins, []]);
    await vi.waitFor(() => expect(heard).toContain(live));
    expect((await auditEntries(service().db, "workspace.updated")).at(-1)).toMatchObject({
      chainId: customerId,
      body: { workspace_id: live, target: { kind: "workspace", id: live }, detail: { allowed_origins: 2 } },
    });
    expect((await update({}, headers)).json()).toMatchObject({ allowed_origins: origins });
    expect((await update({ allowed_origins: [] }, headers)).json()).toMatchObject({ allowed_origins: [] });
  });

  it("takes plain http on dev", async () => {
    const { headers, dev } = await openAdmin("owner", "dev");
    expect((await update({ allowed_origins: ["http://10.0.0.7:3000"] }, headers)).statusCode).toBe(200);
    expect(await originsOf(dev)).toEqual(["http://10.0.0.7:3000"]);
  });
});

describe("403", () => {
  it("is not for viewers, nor for an admin of yesterday whose access token still says admin", async () => {
    const viewer = await openAdmin("viewer");
    expect((await update({ allowed_origins: [] }, viewer.headers)).statusCode).toBe(403);
    const former = await openAdmin("admin");
    const demote = "UPDATE memberships SET role = 'viewer' WHERE account_id = $1";
    await sql(service().db, demote, former.account.accountId);
    const answer = await update({ allowed_origins: ["https://evil.example"] }, former.headers);
    expect(answer.json()).toMatchObject({ status: 403, code: "forbidden" });
    expect(await originsOf(former.live)).toEqual([]);
  });

  it("is not for a workspace of another customer", async () => {
    const [own, other] = [await openAdmin("owner"), await openAdmin("owner")];
    const headers = { ...own.headers, "x-workspace": other.live };
    expect((await update({ allowed_origins: ["https://evil.example"] }, headers)).statusCode).toBe(403);
    expect(await originsOf(other.live)).toEqual([]);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    expect((await update({}, { "x-workspace": "live" })).statusCode).toBe(401);
  });
});

describe("422", () => {
  it("names every origin that is none, and sets none of them", async () => {
    const { headers, live } = await openAdmin();
    const answer = await update({ allowed_origins: ["https://a.example", "https://b.example/", "*"] }, headers);
    expect(answer.json().detail).toMatchObject([
      { loc: ["body", "allowed_origins", 1], type: "invalid_origin" },
      { loc: ["body", "allowed_origins", 2], type: "invalid_origin" },
    ]);
    expect(await originsOf(live)).toEqual([]);
  });

  it.each([
    { allowed_origins: "https://a.example" },
    { allowed_origins: Array.from({ length: 51 }, (_, index) => `https://n${index}.example`) },
    { allowed_origins: [], environment: "dev" },
    { allowed_origins: [], customer_id: "01999999-9999-7999-8999-999999999999" },
    { name: "Mine" },
  ])("refuses %j", async (payload) => {
    const { headers } = await openAdmin();
    expect((await update(payload, headers)).statusCode).toBe(422);
  });
});

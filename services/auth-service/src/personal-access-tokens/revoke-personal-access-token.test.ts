import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { asToken, introspect, makeToken } from "../test/machine-credentials.ts";
import { auditEntries, findClinic, headersOf, makeAccount } from "../test/make-staff.ts";
import { adminHeaders, useAuthService } from "../test/open-auth-service.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus });
afterAll(() => bus.close());
let headers: Record<string, string>;
beforeAll(async () => {
  headers = await adminHeaders(service().app);
});
const revoke = (id: string, as: Record<string, string> = headers) =>
  service().app.inject({ method: "DELETE", url: `/v2/me/personal-access-tokens/${id}`, headers: as });

describe("204", () => {
  it("ends the token at once, also where it is cached", async () => {
    const verifier = await createCredentialVerifier({ bus });
    const { personal_access_token_id, token } = await makeToken(service().app, headers);
    expect(await verifier.verify({ credential: token })).not.toBeNull();
    expect((await introspect(service().app, asToken(token))).statusCode).toBe(200);
    expect((await revoke(personal_access_token_id.toUpperCase())).statusCode).toBe(204);
    expect((await introspect(service().app, asToken(token))).statusCode).toBe(401);
    await vi.waitFor(async () => expect(await verifier.verify({ credential: token })).toBeNull());
    await verifier.close();
  });

  it("is told of once in the audit log, however often it is asked for", async () => {
    const { personal_access_token_id } = await makeToken(service().app, headers);
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => revoke(personal_access_token_id)))).map(
      (response) => response.statusCode,
    );
    expect(statuses.sort()).toEqual([204, 404, 404, 404, 404]);
    const entries = (await auditEntries(service().db, "personal_access_token.revoked")).filter(
      ({ body }) => body.target?.id === personal_access_token_id,
    );
    expect(entries).toHaveLength(1);
  });
});

describe("401 and 403", () => {
  it("is for signed-in accounts: a token cannot even revoke itself", async () => {
    const { personal_access_token_id, token } = await makeToken(service().app, headers);
    expect((await revoke(personal_access_token_id, {})).statusCode).toBe(401);
    expect((await revoke(personal_access_token_id, asToken(token))).statusCode).toBe(403);
  });
});

describe("404", () => {
  it("is one answer for an unknown, a revoked and another account's token", async () => {
    const { app, db } = service();
    const refused = async (id: string) => ({ ...(await revoke(id)).json(), request_id: "" });
    const unknown = await refused(uuidv7());
    expect(unknown).toMatchObject({ status: 404, code: "personal_access_token_not_found" });
    const revoked = await makeToken(app, headers);
    await revoke(revoked.personal_access_token_id);
    expect(await refused(revoked.personal_access_token_id)).toEqual(unknown);
    const { customerId } = await findClinic(db);
    const colleague = await headersOf(app, await makeAccount(db, { [customerId]: "viewer" }));
    const theirs = await makeToken(app, colleague);
    expect(await refused(theirs.personal_access_token_id)).toEqual(unknown);
    expect((await introspect(app, asToken(theirs.token))).statusCode).toBe(200);
  });
});

describe("422", () => {
  it("refuses what is no id", async () => {
    expect((await revoke("rt_pat_abc")).statusCode).toBe(422);
  });
});

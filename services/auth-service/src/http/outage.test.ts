import { createApiKey } from "@roundtrip/access-token/api-key-format";
import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { type CuttableProxy, startCuttableProxy, throughProxy } from "@roundtrip/test-harness/cuttable-proxy";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  admin,
  adminHeaders,
  cookieOf,
  type OpenAuthService,
  openAuthService,
  postJson,
  refresh,
  refreshWithCookie,
  signInAdmin,
} from "../test/open-auth-service.ts";

const { database } = useTestDatabase("auth");
const bus = createInProcessEventBus();
let proxy: CuttableProxy;
let service: OpenAuthService;
beforeAll(async () => {
  proxy = await startCuttableProxy(Number(new URL(database().url).port));
  service = await openAuthService(throughProxy(database().url, proxy), { bus });
});
afterAll(async () => {
  await service.close();
  await proxy.close();
  await bus.close();
});

describe("503", () => {
  it("is what every route says while the database is away, and none of them afterwards", async () => {
    const { app } = service;
    const refreshToken = await signInAdmin(app);
    const cookie = cookieOf(await postJson(app, { url: "/signin?delivery=cookie", payload: admin }));
    const headers = await adminHeaders(app);
    const key = { name: "Portal", environment: "live" };
    const ask = async () => [
      await postJson(app, { url: "/signin", payload: admin }),
      await app.inject({ method: "POST", url: "/signin/token/some-token-of-somebody" }),
      await refresh(app, refreshToken),
      await refreshWithCookie(app, cookie),
      await app.inject({ url: "/.well-known/jwks.json" }),
      await app.inject({ url: "/v2/me", headers }),
      await app.inject({ url: "/v2/workspace", headers }),
      await app.inject({ url: "/v2/api-keys", headers }),
      await postJson(app, { url: "/v2/api-keys", payload: key, headers }),
      await app.inject({ url: "/v2/workspace", headers: { "x-api-key": createApiKey("dev") } }),
      await app.inject({ method: "POST", url: "/signout", headers: { "x-auth-token": refreshToken } }),
    ];
    proxy.cut();
    for (const response of await ask()) {
      expect(response.json()).toMatchObject({ status: 503, code: "dependency_unavailable" });
      expect(response.headers["retry-after"]).toBe("2");
      expect(response.body).not.toMatch(/ECONN|postgres|prisma|127\.0\.0\.1/i);
    }
    proxy.mend();
    // The token's sign-in asks survey-service, which nobody plays here; the unknown API key is simply unknown.
    const statuses = (await ask()).map((response) => response.statusCode);
    expect(statuses).toEqual([200, 503, 200, 200, 200, 200, 200, 200, 201, 401, 204]);
  });

  it("leaves the other services their cached keys, and is no refusal of the ones that they do not know", async () => {
    const { app } = service;
    const headers = await adminHeaders(app);
    const payload = { name: "Portal", environment: "live" };
    const { key } = (await postJson(app, { url: "/v2/api-keys", payload, headers })).json<{ key: string }>();
    let now = new Date();
    const verifier = await createCredentialVerifier({ bus, clock: () => now });
    await verifier.verify({ credential: key });
    proxy.cut();
    now = new Date(now.getTime() + 60_000);
    expect(await verifier.verify({ credential: key })).not.toBeNull();
    await expect(verifier.verify({ credential: createApiKey("live") })).rejects.toThrow(DependencyUnavailable);
    proxy.mend();
    expect(await verifier.verify({ credential: createApiKey("live") })).toBeNull();
    await verifier.close();
  });
});

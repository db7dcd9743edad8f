import { authOperations } from "@roundtrip/contracts/auth/auth.operations";
import { describe, expect, it } from "vitest";
import {
  admin,
  adminHeaders,
  cookieOf,
  masterKey,
  postJson,
  refresh,
  refreshWithCookie,
  signInAdmin,
  useAuthService,
} from "../test/open-auth-service.ts";

const logLines: string[] = [];
const { service } = useAuthService({ logLines });

describe("the routes", () => {
  it.each(authOperations.map((operation) => [operation.id, operation] as const))("have %s", (_id, operation) => {
    expect(service().app.hasRoute({ method: operation.method, url: operation.path })).toBe(true);
  });
});

describe("the log", () => {
  it("tells what happened and holds no password, token, key or address of a person", async () => {
    const { app } = service();
    const refreshToken = await signInAdmin(app);
    const accessToken = (await adminHeaders(app))["x-auth-token"] ?? "";
    const cookie = cookieOf(await postJson(app, { url: "/signin?delivery=cookie", payload: admin }));
    const rotated = cookieOf(await refreshWithCookie(app, cookie));
    await refreshWithCookie(app, rotated);
    await refreshWithCookie(app, cookie);
    const headers = { "x-auth-token": accessToken, "x-workspace": "live" };
    const payload = { name: "Portal", environment: "live" };
    const { key } = (await postJson(app, { url: "/v2/api-keys", payload, headers })).json<{ key: string }>();
    await app.inject({ url: "/v2/workspace", headers: { "x-api-key": key } });
    const secrets = ["a wrong password", "a-token-in-the-address", "an-unknown-password"];
    await postJson(app, { url: "/signin", payload: { ...admin, password: secrets[0] } });
    await postJson(app, { url: "/signin", payload: { email: 7, password: secrets[2] } });
    await app.inject({ method: "POST", url: `/signin/token/${secrets[1]}` });
    await refresh(app, `${refreshToken.slice(0, -4)}AAAA`);
    const text = logLines.join("");
    expect(text).toContain("a rotated refresh token was used again");
    expect(text).toContain("/signin/token/:token");
    const tokens = [refreshToken, accessToken, cookie, rotated].map((token) => token.slice(-40, -4));
    for (const secret of [...secrets, ...tokens, key, admin.password, admin.email, masterKey.slice(2)]) {
      expect(text).not.toContain(secret);
    }
  });
});

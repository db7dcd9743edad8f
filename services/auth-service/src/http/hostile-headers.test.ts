import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { useAuthService } from "../test/open-auth-service.ts";
import { type Forge, openForge } from "../test/token-forge.ts";

const { service } = useAuthService();
let forge: Forge;
beforeAll(async () => {
  forge = await openForge(service().app, service().db);
});

/** Name, status for access tokens, status for refresh tokens, why, header lines. */
type HeaderRow = readonly [string, number, number, string, (good: string, bad: string) => readonly string[]];

const headerRows: readonly HeaderRow[] = [
  [
    "bearer in lower case",
    200,
    401,
    "schemes have no case; /refresh reads X-Auth-Token alone",
    (good) => [`Authorization: bearer ${good}`],
  ],
  ["Bearer and a tab", 401, 401, "RFC 6750 section 2.1 wants one blank", (good) => [`Authorization: Bearer\t${good}`]],
  [
    "Bearer and two blanks",
    401,
    401,
    "RFC 6750 section 2.1 wants one blank",
    (good) => [`Authorization: Bearer  ${good}`],
  ],
  ["no scheme", 401, 401, "Authorization names one", (good) => [`Authorization: ${good}`]],
  ["Basic", 401, 401, "another scheme", (good) => [`Authorization: Basic ${good}`]],
  ["Token", 401, 401, "the scheme of user action tokens", (good) => [`Authorization: Token ${good}`]],
  ["Bearer in X-Auth-Token", 401, 401, "that header has no scheme", (good) => [`X-Auth-Token: Bearer ${good}`]],
  [
    "two X-Auth-Token",
    401,
    401,
    "two tokens are none",
    (good, bad) => [`X-Auth-Token: ${good}`, `X-Auth-Token: ${bad}`],
  ],
  [
    "one X-Auth-Token twice",
    401,
    401,
    "two tokens are none",
    (good) => [`X-Auth-Token: ${good}`, `X-Auth-Token: ${good}`],
  ],
  [
    "two Authorization, the good first",
    200,
    401,
    "the first counts (Node drops the others)",
    (good, bad) => [`Authorization: Bearer ${good}`, `Authorization: Bearer ${bad}`],
  ],
  [
    "two Authorization, the good last",
    401,
    401,
    "the first counts",
    (good, bad) => [`Authorization: Bearer ${bad}`, `Authorization: Bearer ${good}`],
  ],
  [
    "good X-Auth-Token, bad Authorization",
    200,
    200,
    "X-Auth-Token wins",
    (good, bad) => [`Authorization: Bearer ${bad}`, `X-Auth-Token: ${good}`],
  ],
  [
    "bad X-Auth-Token, good Authorization",
    401,
    401,
    "X-Auth-Token wins, also when it is bad",
    (good, bad) => [`Authorization: Bearer ${good}`, `X-Auth-Token: ${bad}`],
  ],
  [
    "empty X-Auth-Token, good Authorization",
    401,
    401,
    "it is there, so it wins",
    (good) => [`Authorization: Bearer ${good}`, "X-Auth-Token:"],
  ],
  ["blanks around it", 200, 200, "HTTP takes them off (RFC 9110 section 5.5)", (good) => [`X-Auth-Token:  ${good} `]],
  [
    "a cookie",
    401,
    401,
    "the cookie flavour asks for it, and holds refresh tokens only",
    (good) => [`Cookie: access_token=${good}; roundtrip_refresh=${good}; __Host-roundtrip_refresh=${good}`],
  ],
  [
    "a bad cookie and a good X-Auth-Token",
    200,
    200,
    "the cookie counts where the request says so",
    (good, bad) => [`Cookie: __Host-roundtrip_refresh=${bad}`, `X-Auth-Token: ${good}`],
  ],
  [
    "a line folded in two",
    400,
    400,
    "obsolete folding (RFC 9112 section 5.2) is how requests are smuggled",
    (good) => [`X-Auth-Token: ${good.slice(0, 20)}\r\n ${good.slice(20)}`],
  ],
];

describe("headers", () => {
  it.each(headerRows)("%s: %i, /refresh %i, because %s", async (_name, access, refresh, _why, lines) => {
    for (const target of forge.targets) {
      const bad = target.sign({ ...target.claims, iss: "https://evil.example", jti: randomUUID() });
      const { status } = await target.send(...lines(target.sign(), bad));
      expect([target.name, status]).toEqual([target.name, target.name === "refresh" ? refresh : access]);
    }
  });

  it("are where a token is looked for, never the address", async () => {
    const [account] = forge.targets;
    const token = account?.sign() ?? "";
    for (const name of ["access_token", "token", "x-auth-token", "authorization", "jwt"]) {
      expect((await service().app.inject({ url: `/v2/me?${name}=${token}` })).statusCode).toBe(401);
    }
  });
});

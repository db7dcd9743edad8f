import { randomUUID } from "node:crypto";
import { openDatabase } from "@roundtrip/database/database";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeEntries } from "../test/audit-entries.ts";
import {
  admin,
  masterKey,
  type OpenAuthService,
  openAuthService,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { createAddressLimits, limitAddress } from "./limit-address.ts";
import { networkFloodLimit, passwordSignInLimit } from "./limit-policies.rules.ts";
import { limitRequests } from "./limit-requests.ts";

let now = () => new Date();
const hasher = await createQuickHasher({ concurrencyMax: 64 });
const options = { hasher, clock: () => now() };
const { service, database } = useAuthService(options);
let other: OpenAuthService;
beforeAll(async () => {
  other = await openAuthService(database().url, options);
});
afterAll(() => other.close());

/** Somebody unknown each time, so that only the address is counted. */
const signIn = (remoteAddress: string, app = service().app) =>
  app.inject({
    method: "POST",
    url: "/signin",
    remoteAddress,
    headers: { "content-type": "application/json" },
    payload: JSON.stringify({ email: `${randomUUID()}@clinic.example`, password: "whatever it is" }),
  });
const right = (remoteAddress: string) =>
  service().app.inject({
    method: "POST",
    url: "/signin",
    remoteAddress,
    headers: { "content-type": "application/json" },
    payload: JSON.stringify(admin),
  });
const statusesOf = async (calls: readonly Promise<{ statusCode: number }>[]) => {
  const statuses = (await Promise.all(calls)).map(({ statusCode }) => statusCode);
  return { refused: statuses.filter((status) => status === 429).length, all: new Set(statuses) };
};

describe("200", () => {
  it("says what is left, also of a link's and a refresh's own limits", async () => {
    const first = await right("192.0.2.1");
    expect(first.headers).toMatchObject({ ratelimit: '"default";r=59;t=1', "ratelimit-policy": '"default";q=60;w=60' });
    expect((await right("192.0.2.1")).headers["ratelimit"]).toMatch(/^"default";r=58;t=[12]$/);
    const refreshed = await service().app.inject({
      method: "POST",
      url: "/refresh",
      remoteAddress: "192.0.2.1",
      headers: { "x-auth-token": first.json<{ refreshToken: string }>().refreshToken },
    });
    expect(refreshed.headers["ratelimit-policy"]).toBe('"default";q=120;w=60');
  });
});

describe("429", () => {
  it("comes after exactly 60 passwords of one address, tried at once on two replicas", async () => {
    const apps = [service().app, other.app];
    // One use comes back each second, so the clock stands still.
    const moment = new Date();
    now = () => moment;
    const calls = Array.from({ length: 100 }, (_, index) => signIn("192.0.2.2", apps[index % 2]));
    const { refused, all } = await statusesOf(calls);
    expect(refused).toBe(40);
    expect(all).toEqual(new Set([401, 429]));
  });

  it("names the wait, reaches no hash, and leaves other addresses alone", async () => {
    hasher.takeCounts();
    const response = await signIn("192.0.2.2");
    now = () => new Date();
    expect(response.json()).toMatchObject({ status: 429, code: "rate_limited" });
    expect(response.headers).toMatchObject({
      "retry-after": "1",
      ratelimit: '"default";r=0;t=60',
      "ratelimit-policy": '"default";q=60;w=60',
    });
    expect(hasher.takeCounts()).toEqual({ real: 0, decoys: 0 });
    expect((await signIn("192.0.2.3")).statusCode).toBe(401);
  });

  it("ends as time goes by", async () => {
    now = () => new Date(Date.now() + 61_000);
    const response = await signIn("192.0.2.2");
    now = () => new Date();
    expect(response.statusCode).toBe(401);
  });

  it("is written down once a minute for each address, with its network only", async () => {
    await takeEntries(service().db);
    await Promise.all(Array.from({ length: 90 }, () => signIn("198.51.100.7")));
    const entries = (await takeEntries(service().db)).filter(({ action }) => action === "sign_in.throttled");
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ address: "198.51.100.0/24", detail: { limit: "password-sign-in" } });
    expect(JSON.stringify(entries)).not.toContain("198.51.100.7");
  });

  it("takes all addresses of one IPv6 network for one", async () => {
    const calls = Array.from({ length: 70 }, (_, index) => signIn(`2001:db8:1:2::${(index + 1).toString(16)}`));
    expect((await statusesOf(calls)).refused).toBeGreaterThan(0);
    expect((await signIn("2001:db8:1:3::1")).statusCode).toBe(401);
  });

  it("lets a waiting room open 300 links in a minute", async () => {
    const open = () =>
      service().app.inject({ method: "POST", url: "/signin/token/an-unknown-token", remoteAddress: "192.0.2.9" });
    const statuses: number[] = [];
    for (let index = 0; index < 300; index += 1) statuses.push((await open()).statusCode);
    // Nobody answers for survey-service here, so unknown links are a 503; none of them is a 429.
    expect(new Set(statuses)).toEqual(new Set([503]));
  });

  it("stops a flood of one network before it reaches the database", async () => {
    const away = openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", name: "away" });
    const addressLimits = createAddressLimits([]);
    const deps = { db: away, keyring: openKeyring(masterKey), clock: () => new Date(), addressLimits };
    for (let use = 0; use < networkFloodLimit.limit; use += 1) {
      addressLimits.flood.use(networkFloodLimit, "203.0.113.0/24", new Date());
    }
    const limit = (address: string) => limitAddress(deps, passwordSignInLimit, { address, requestId: "r" });
    await expect(limit("203.0.113.8")).rejects.toThrow("rate_limited");
    await expect(limit("203.0.114.8")).rejects.toThrow("database is away");
    await away.close();
  });
});

describe("503", () => {
  it("is the answer while the database is away", async () => {
    const away = openDatabase({ url: "postgres://nobody@127.0.0.1:1/none", name: "away" });
    const deps = { db: away, keyring: openKeyring(masterKey), clock: () => new Date() };
    const policy = { name: "p", limit: 1, windowSeconds: 1 };
    await expect(limitRequests(deps, policy, "k")).rejects.toThrow("database is away");
    await away.close();
  });
});

describe("an exempt address", () => {
  it("is counted and never refused", async () => {
    const calls = Array.from({ length: 100 }, () => signIn("127.0.0.1"));
    expect((await statusesOf(calls)).refused).toBe(0);
  });

  it("is one that the setting names, in IPv4 and IPv6", () => {
    const { isExempt } = createAddressLimits(["10.1.0.0/16", "192.0.2.7", "2001:db8::/32"]);
    const cases = { "10.1.2.3": true, "10.2.0.1": false, "192.0.2.7": true, "192.0.2.8": false, "2001:db8::1": true };
    for (const [address, expected] of Object.entries(cases))
      expect([address, isExempt(address)]).toEqual([address, expected]);
    expect(isExempt("::ffff:10.1.2.3")).toBe(true);
    expect(isExempt("no address")).toBe(false);
    expect(() => createAddressLimits(["10.0.0.0/99"])).toThrow();
    expect(() => createAddressLimits(["everybody"])).toThrow();
  });
});

describe("what is stored", () => {
  it("holds no address", async () => {
    const rows = await sql<{ limit_key: string }>(service().db, "SELECT limit_key FROM rate_limits");
    expect(rows.length).toBeGreaterThan(3);
    for (const { limit_key } of rows) expect(limit_key).toMatch(/^[0-9a-f]{64}$/);
  });
});

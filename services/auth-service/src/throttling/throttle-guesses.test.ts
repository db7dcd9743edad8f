import { randomUUID } from "node:crypto";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { takeEntries } from "../test/audit-entries.ts";
import {
  admin,
  masterKey,
  type OpenAuthService,
  openAuthService,
  postJson,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { forgetFailures, throttleKey } from "./throttle-guesses.ts";

const start = new Date();
let nowMs = start.getTime();
const hasher = await createQuickHasher();
const options = { hasher, clock: () => new Date(nowMs) };
const { service, database } = useAuthService(options);
/** A second replica on the same database. */
let other: OpenAuthService;
beforeAll(async () => {
  other = await openAuthService(database().url, options);
});
afterAll(() => other.close());
beforeEach(async () => {
  await sql(service().db, "TRUNCATE sign_in_throttles, rate_limits, sign_ins CASCADE");
  hasher.takeCounts();
  nowMs += 1_000;
});
const pass = (seconds: number) => {
  nowMs += seconds * 1_000;
};

interface Guess {
  readonly email?: string;
  readonly password?: string;
  readonly from?: string;
  readonly cookie?: string;
  readonly app?: OpenAuthService["app"];
}

const guess = ({
  email = admin.email,
  password = "wrong",
  from = "127.0.0.1",
  cookie,
  app = service().app,
}: Guess = {}) =>
  app.inject({
    method: "POST",
    url: "/signin",
    remoteAddress: from,
    headers: { "content-type": "application/json", ...(cookie === undefined ? {} : { cookie }) },
    payload: JSON.stringify({ email, password }),
  });
const statusOf = async (given: Guess) => (await guess(given)).statusCode;
const failTimes = async (times: number, given: Guess = {}) => {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1) statuses.push(await statusOf(given));
  return statuses;
};
const rows = () =>
  sql<{ failures: number; wait: number }>(
    service().db,
    "SELECT failures, extract(epoch FROM blocked_until - updated_at)::int AS wait FROM sign_in_throttles",
  );

describe("wrong passwords of one account", () => {
  it("cost nothing five times, then a delay that doubles", async () => {
    expect(await failTimes(6)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await rows()).toEqual([{ failures: 5, wait: 1 }]);
    const waits: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      pass(901);
      expect(await statusOf({})).toBe(401);
      waits.push((await rows())[0]?.wait ?? -1);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  it("are refused with the wait in the headers, after a decoy and whatever the password is", async () => {
    await failTimes(5);
    hasher.takeCounts();
    const wrong = await guess({});
    const right = await guess({ password: admin.password });
    for (const response of [wrong, right]) {
      expect(response.json()).toMatchObject({ status: 429, code: "rate_limited" });
      expect(response.headers).toMatchObject({ "retry-after": "1", ratelimit: '"default";r=0;t=1' });
    }
    expect(hasher.takeCounts()).toEqual({ real: 0, decoys: 2 });
  });

  it("do not count while the delay lasts", async () => {
    await failTimes(5);
    await failTimes(20);
    expect(await rows()).toEqual([{ failures: 5, wait: 1 }]);
    pass(1);
    expect(await statusOf({ password: admin.password })).toBe(200);
  });

  it("are forgotten after a right one", async () => {
    await failTimes(4);
    expect(await statusOf({ password: admin.password })).toBe(200);
    expect(await rows()).toEqual([]);
  });

  it("stay counted through a restart", async () => {
    await failTimes(5);
    const restarted = await openAuthService(database().url, options);
    expect(await statusOf({ app: restarted.app })).toBe(429);
    await restarted.close();
  });

  it("close the account's password for a day at the hundredth, until it is set anew", async () => {
    const { db } = service();
    await failTimes(5);
    await sql(db, "UPDATE sign_in_throttles SET failures = 99, blocked_until = NULL");
    await failTimes(1);
    expect(await rows()).toEqual([{ failures: 100, wait: 86_400 }]);
    pass(86_000);
    expect(await statusOf({ password: admin.password })).toBe(429);
    await forgetFailures(db, throttleKey(openKeyring(masterKey), "account", admin.email));
    expect(await statusOf({ password: admin.password })).toBe(200);
  });
});

describe("many guesses at once", () => {
  it("reach the hash a bounded number of times, on two replicas", async () => {
    const apps = [service().app, other.app];
    const calls = Array.from({ length: 50 }, (_, index) => guess({ app: apps[index % 2] ?? service().app }));
    const statuses = (await Promise.all(calls)).map(({ statusCode }) => statusCode);
    // Four at a time in each process, and those that began before the fifth failure was written down.
    expect(hasher.takeCounts().real).toBeLessThanOrEqual(12);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(12);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });

  it("are one when a delay has just passed", async () => {
    await failTimes(5);
    pass(1);
    hasher.takeCounts();
    const apps = [service().app, other.app];
    await Promise.all(Array.from({ length: 30 }, (_, index) => guess({ app: apps[index % 2] ?? service().app })));
    expect(hasher.takeCounts().real).toBe(1);
    expect((await rows())[0]?.failures).toBe(6);
  });

  it("with the right password all get in", async () => {
    const calls = Array.from({ length: 20 }, () => statusOf({ password: admin.password }));
    expect(new Set(await Promise.all(calls))).toEqual(new Set([200]));
  });

  it("from a thousand addresses are as few as from one", async () => {
    const calls = Array.from({ length: 200 }, (_, index) => guess({ from: `198.18.${index}.1` }));
    await Promise.all(calls);
    expect(hasher.takeCounts().real).toBeLessThanOrEqual(8);
  });
});

describe("a name that nobody has", () => {
  it("is throttled exactly like one that somebody has", async () => {
    const answers = async (email: string) => {
      const seen: unknown[] = [];
      for (let index = 0; index < 7; index += 1) {
        const response = await guess({ email });
        const { "x-request-id": _id, date: _date, ...headers } = response.headers;
        const limits = { ...headers, ratelimit: "", "content-length": "" };
        seen.push([response.statusCode, { ...response.json(), request_id: "" }, limits]);
      }
      return seen;
    };
    expect(await answers("nobody@clinic.example")).toEqual(await answers(admin.email));
  });

  it("shares one budget in every spelling, and is stored as an HMAC", async () => {
    const spellings = [
      "Nobody2@clinic.example",
      " nobody2@CLINIC.example",
      "ｎobody2@clinic.example",
      "nobody2@clinic.example ",
    ];
    for (const email of spellings) await guess({ email });
    const [row, ...more] = await sql<{ throttle_key: string; failures: number }>(
      service().db,
      "SELECT throttle_key, failures FROM sign_in_throttles",
    );
    expect(more).toEqual([]);
    expect(row).toEqual({ throttle_key: expect.stringMatching(/^[0-9a-f]{64}$/), failures: 4 });
  });
});

describe("the owner", () => {
  const signInWithCookie = async (from = "192.0.2.10") => {
    const response = await service().app.inject({
      method: "POST",
      url: "/signin?delivery=cookie",
      remoteAddress: from,
      headers: { "content-type": "application/json" },
      payload: JSON.stringify(admin),
    });
    const device = response.cookies.find(({ name }) => name === "__Host-roundtrip_device");
    return `__Host-roundtrip_device=${device?.value}`;
  };
  const attack = async () => {
    expect(await failTimes(6, { from: "198.51.100.1" })).toContain(429);
  };

  it("gets in with a known device while strangers are throttled, from anywhere", async () => {
    const cookie = await signInWithCookie();
    await sql(service().db, "DELETE FROM sign_ins");
    await attack();
    const from = "203.0.113.5";
    expect(await statusOf({ from, password: admin.password })).toBe(429);
    expect(await statusOf({ from, password: admin.password, cookie })).toBe(200);
  });

  it("gets in from a network of the last 90 days, and not from one before", async () => {
    await signInWithCookie("192.0.2.10");
    await attack();
    expect(await statusOf({ from: "192.0.2.99", password: admin.password })).toBe(200);
    await sql(service().db, "UPDATE sign_ins SET created_at = created_at - interval '91 days'");
    expect(await statusOf({ from: "192.0.2.99", password: admin.password })).toBe(429);
  });

  it("does not give strangers new tries by signing in", async () => {
    const cookie = await signInWithCookie();
    await attack();
    expect(await statusOf({ from: "203.0.113.5", password: admin.password, cookie })).toBe(200);
    expect(await statusOf({ from: "198.51.100.1" })).toBe(429);
  });

  it("has a device whose thief is throttled as well", async () => {
    const cookie = await signInWithCookie();
    expect(await failTimes(6, { cookie, from: "198.51.100.1" })).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it.each([
    ["another account's", async (cookie: string) => cookie.replace(/=.{22}/, `=${"A".repeat(22)}`)],
    ["a changed", async (cookie: string) => `${cookie.slice(0, -2)}AA`],
    ["an empty", async () => "__Host-roundtrip_device="],
    ["an endless", async (cookie: string) => cookie + "A".repeat(5_000)],
    ["a made-up", async () => `__Host-roundtrip_device=${randomUUID()}`],
  ])("is a stranger with %s cookie", async (_name, change) => {
    const cookie = await change(await signInWithCookie());
    await sql(service().db, "DELETE FROM sign_ins");
    await attack();
    expect(await statusOf({ from: "203.0.113.5", password: admin.password, cookie })).toBe(429);
  });
});

describe("the audit log", () => {
  it("tells of the throttle once a minute", async () => {
    await takeEntries(service().db);
    await failTimes(5);
    await Promise.all(Array.from({ length: 20 }, () => guess({})));
    const actions = (await takeEntries(service().db)).map(({ action }) => action);
    expect(actions.filter((action) => action === "sign_in.failed")).toHaveLength(5);
    expect(actions.filter((action) => action === "sign_in.throttled")).toHaveLength(1);
  });
});

describe("a survey's usernames", () => {
  it("are throttled by survey and name, whatever slug or case is typed", async () => {
    const { app, bus } = service();
    const answer = await bus.respond("rpc.survey.respondent-credential", async () => '{"credential":null}');
    const tryAlias = async (surveyId: string, userName: string) =>
      (await postJson(app, { url: "/signin/alias", payload: { surveyId, userName, password: "wrong" } })).statusCode;
    for (const survey of ["Diet", "diet", "DIET", "diet", "Diet"]) expect(await tryAlias(survey, "jo")).toBe(401);
    expect(await tryAlias("diet", "jo")).toBe(429);
    expect(await tryAlias("diet", "Jo")).toBe(401);
    expect(await tryAlias("other", "jo")).toBe(401);
    await answer.close();
  });
});

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import { runSql } from "@roundtrip/test-harness/run-sql";
import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, expectStatus } from "./integrator.ts";

/** One call with an access token, as its caller saw it. */
interface Seen {
  readonly service: string;
  readonly kid: string;
  readonly sentAt: number;
  readonly status: number;
}

interface Service {
  readonly name: string;
  readonly url: string;
}

const command = fileURLToPath(new URL("../services/auth-service/dist/rotate-keys.js", import.meta.url));
const connections = 20;

let stack: LocalStack;
let auths: readonly string[];
let services: readonly Service[];

beforeAll(async () => {
  stack = await startLocalStack({
    twoAuthServices: true,
    // Everything here comes from one address.
    env: { auth: { LIMITS_EXEMPT_CIDRS: "127.0.0.0/8" } },
  });
  const base = (name: "auth" | "survey" | "notify") => `http://127.0.0.1:${stack.ports[name]}`;
  auths = [base("auth"), stack.secondAuth?.url ?? ""];
  services = [
    { name: "auth-service", url: `${auths[0]}/v2/me` },
    { name: "auth-service, second process", url: `${auths[1]}/v2/me` },
    { name: "survey-service", url: `${base("survey")}/v2/surveys` },
    { name: "notify-service", url: `${base("notify")}/v2/webhooks` },
  ];
});
afterAll(() => stack?.stop());

/** The two processes of auth-service by turns. */
let turn = 0;
const nextAuth = (): string => {
  turn += 1;
  return auths[turn % auths.length] ?? "";
};
const kidOf = (token: string): string => String(decodeProtectedHeader(token).kid);
const signIn = async (): Promise<string> =>
  String((await expectStatus(200, call(`${nextAuth()}/signin`, { body: { ...stack.admin } }))).body["refreshToken"]);
const refresh = async (refreshToken: string): Promise<string> => {
  const answering = call(`${nextAuth()}/refresh`, { method: "POST", headers: { "x-auth-token": refreshToken } });
  return String((await expectStatus(200, answering)).body["accessToken"]);
};
const use = async (service: Service, token: string): Promise<Seen> => {
  const sentAt = Date.now();
  const headers = { authorization: `Bearer ${token}`, "x-workspace": "dev" };
  const { status } = await call(service.url, { headers });
  return { service: service.name, kid: kidOf(token), sentAt, status };
};

/** What an operator runs; answers what it said. */
const rotateKeys = async (...options: readonly string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [command, ...options], { env: { ...stack.authEnv } })).stdout;

interface KeyRow {
  readonly kid: string;
  readonly state: string;
  readonly gone_at: Date | null;
}
const readKeys = () =>
  runSql<KeyRow & Record<string, unknown>>(
    stack.databaseUrls.auth,
    "SELECT kid, state, gone_at FROM signing_keys ORDER BY created_at",
  );

type Lane = (index: number, isOver: () => boolean) => Promise<void>;

function* servicesByTurns(index: number, isOver: () => boolean): Generator<Service> {
  for (let calls = index; !isOver(); calls += 1) {
    const service = services[calls % services.length];
    if (service) yield service;
  }
}

/** Runs the lanes for a while before and after the work, and until they have all come to their end. */
const underLoad = async <T>(lane: Lane, work: () => Promise<T>): Promise<T> => {
  let isOver = false;
  const lanes = Promise.all(Array.from({ length: connections }, (_, index) => lane(index, () => isOver)));
  const working = async () => {
    await sleep(1_000);
    const result = await work();
    await sleep(2_000);
    return result;
  };
  const result = await working().finally(() => {
    isOver = true;
  });
  await lanes;
  return result;
};

describe("a planned rotation under load", () => {
  it("signs nobody out: not one 401 from four processes, with tokens of both keys", { timeout: 60_000 }, async () => {
    const refreshToken = await signIn();
    const before = kidOf(await refresh(refreshToken));
    expect(await rotateKeys()).toContain("Published the new key");
    // A day passes.
    await runSql(stack.databaseUrls.auth, "UPDATE signing_keys SET created_at = created_at - interval '25 hours'");
    const seen: Seen[] = [];
    const said = await underLoad(
      async (index, isOver) => {
        let token = await refresh(refreshToken);
        for (const service of servicesByTurns(index, isOver)) {
          seen.push(await use(service, token));
          // `expectStatus` fails the test when a refresh is refused.
          if (seen.length % 8 === 0) token = await refresh(refreshToken);
        }
      },
      () => rotateKeys(),
    );
    expect(said).toContain(`The key ${before} signs no more. What it has signed stays good until it ends.`);
    expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
    const after = (await readKeys()).find(({ state }) => state === "active")?.kid;
    expect(new Set(seen.map(({ kid }) => kid))).toEqual(new Set([before, after]));
    expect(kidOf(await refresh(refreshToken))).toBe(after);
    console.log(`${seen.length} calls over a planned rotation, ${seen.filter(({ kid }) => kid === after).length} new`);
  });
});

describe("an emergency under load", () => {
  /** Lanes by turns: one goes on with the leaked token, one signs in again when it is refused; one in five makes up keys. */
  const createLane = (leaked: string, seen: Seen[]): Lane => {
    let signingIn: Promise<string> | null = null;
    const signInOnce = () => {
      signingIn ??= signIn()
        .then(refresh)
        .finally(() => {
          signingIn = null;
        });
      return signingIn;
    };
    const makeUpKeys: Lane = async (index, isOver) => {
      for (const service of servicesByTurns(index, isOver)) {
        expect((await use(service, withMadeUpKid(leaked))).status).toBe(401);
      }
    };
    const callAway: Lane = async (index, isOver) => {
      let token = leaked;
      for (const service of servicesByTurns(index, isOver)) {
        const one = await use(service, token);
        seen.push(one);
        // Its process may still sign with the old key; then the next call is refused as well.
        if (one.status === 401 && index % 2 === 0) token = await signInOnce().catch(() => token);
      }
    };
    return (index, isOver) => (index % 5 === 4 ? makeUpKeys : callAway)(index, isOver);
  };
  const withMadeUpKid = (token: string): string => {
    const header = { ...decodeProtectedHeader(token), kid: randomBytes(32).toString("base64url") };
    return [Buffer.from(JSON.stringify(header)).toString("base64url"), ...token.split(".").slice(1)].join(".");
  };

  it("refuses the leaked key everywhere within a second, and the new one never, also in a flood of made-up kids", {
    timeout: 60_000,
  }, async () => {
    const refreshToken = await signIn();
    const leaked = await refresh(refreshToken);
    const seen: Seen[] = [];
    const said = await underLoad(createLane(leaked, seen), () => rotateKeys("--emergency"));
    expect(said).toContain(`The key ${kidOf(leaked)} is gone. What it has signed is refused.`);
    expect(said).toContain("The running services have been told.");

    const keys = await readKeys();
    const fresh = keys.find(({ state }) => state === "active")?.kid;
    const droppedAt = keys.find(({ kid }) => kid === kidOf(leaked))?.gone_at?.getTime() ?? 0;
    expect(keys.filter(({ state }) => state !== "gone").map(({ kid }) => kid)).toEqual([fresh]);
    for (const { name } of services) {
      const old = seen.filter(({ service, kid }) => service === name && kid === kidOf(leaked));
      expect(old.filter(({ sentAt }) => sentAt < droppedAt - 1_000).every(({ status }) => status === 200)).toBe(true);
      const late = old.filter(({ sentAt }) => sentAt >= droppedAt + 1_000);
      expect(late.length).toBeGreaterThan(0);
      expect(late.filter(({ status }) => status !== 401)).toEqual([]);
      const accepted = old.filter(({ status }) => status === 200).map(({ sentAt }) => sentAt - droppedAt);
      console.log(`${name}: the last leaked token was accepted ${Math.max(...accepted)} ms after the drop`);
      const good = seen.filter(({ service, kid }) => service === name && kid === fresh);
      expect(good.length).toBeGreaterThan(0);
      expect(good.filter(({ status }) => status !== 200)).toEqual([]);
    }
    const refused = call(`${auths[0]}/refresh`, { method: "POST", headers: { "x-auth-token": refreshToken } });
    expect((await refused).status).toBe(401);
  });
});

describe("the command", () => {
  it("wants the emergency spelt out and says how it is used", async () => {
    const before = await readKeys();
    for (const options of [["--emergancy"], ["emergency"], ["--emergency", "now"]]) {
      await expect(rotateKeys(...options)).rejects.toMatchObject({
        code: 2,
        stdout: "",
        stderr: expect.stringContaining("node dist/rotate-keys.js --emergency"),
      });
    }
    expect(await readKeys()).toEqual(before);
  });

  it("names the settings that are missing, and shows none of them", async () => {
    const failing = promisify(execFile)(process.execPath, [command], {
      env: { DATABASE_URL: "postgres://u:geheim@x/y" },
    });
    await expect(failing).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("MASTER_KEY is missing") });
    await failing.catch((error: { stderr: string }) => expect(error.stderr).not.toContain("geheim"));
  });
});

describe("while auth-service is away", () => {
  it("the others go on verifying, whatever strangers send, and it works in a stopped system", {
    timeout: 60_000,
  }, async () => {
    const refreshToken = await signIn();
    const token = await refresh(refreshToken);
    await Promise.all([stack.services.auth.stop(), stack.secondAuth?.service.stop()]);
    await expect(call(`${auths[0]}/v2/me`)).rejects.toThrow();
    const others = services.slice(2);
    for (let round = 0; round < 50; round += 1) {
      for (const service of others) {
        expect((await use(service, token)).status).toBe(200);
        const foreign = `${token.slice(0, -4)}${token.endsWith("AAAA") ? "BBBA" : "AAAA"}`;
        expect((await use(service, foreign)).status).toBe(401);
      }
    }
    expect(await rotateKeys("--emergency")).toContain("signs from now on.");
    // Nobody answers for the keys: the last good ones stay in use, and nothing hangs.
    for (const service of others) expect((await use(service, token)).status).toBe(200);
    await Promise.all([stack.services.auth.start(), stack.secondAuth?.service.start()]);
    const fresh = await refresh(await signIn());
    for (const service of services) expect((await use(service, fresh)).status).toBe(200);
    for (const service of services) expect((await use(service, token)).status).toBe(401);
  });
});

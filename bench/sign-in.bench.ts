import { setTimeout as sleep } from "node:timers/promises";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import { SignJWT } from "jose";
import { type BenchStudy, post, setUpBenchStudy } from "./bench-study.ts";
import { type BenchChild, startChild } from "./child-process.ts";
import { type LoadRequest, type LoadResult, runClosedLoop } from "./closed-loop.ts";
import { describeUsage, usageOf } from "./create-user.bench.ts";
import { describeRounds, type Rounds } from "./paired-rounds.ts";

const roundMs = 3_000;
const rounds = 5;
const connections = 50;

/** Sign-in by password, by token, and refresh, each right after its floor on the same machine and Postgres. */
export const benchSignIn = async (): Promise<void> => {
  const stack = await startLocalStack({ env: { auth: { LIMITS_EXEMPT_CIDRS: "127.0.0.0/8,::1/128" } } });
  const children: BenchChild[] = [];
  const start = async (file: string, env: Record<string, string>) => {
    const child = await startChild(file, env);
    children.push(child);
    return `http://127.0.0.1:${child.port}`;
  };
  try {
    const study = await setUpBenchStudy(stack);
    const floors = {
      hash: await start("floor-hash.child.ts", {}),
      insert: await start("floor-insert.child.ts", { DATABASE_URL: stack.databaseUrls.auth }),
      select: await start("floor-select.child.ts", { DATABASE_URL: stack.databaseUrls.auth, EMAIL: stack.admin.email }),
    };
    await compare(stack, study, floors);
  } finally {
    for (const child of children) await child.stop();
    await stack.stop();
  }
};

interface Floors {
  readonly hash: string;
  readonly insert: string;
  readonly select: string;
}

const compare = async (stack: LocalStack, study: BenchStudy, floors: Floors): Promise<void> => {
  const origin = `http://127.0.0.1:${stack.ports.auth}`;
  const requests = await createRequests(stack, study);
  const load = (to: string, request: LoadRequest) =>
    runClosedLoop({
      origin: to,
      connections,
      durationMs: roundMs,
      requestsMax: 1_000_000,
      nextRequest: () => request,
    });
  const paths = [
    {
      name: "sign-in by password",
      floorName: "an argon2id loop as wide as the cores, nothing else",
      ours: () => load(origin, requests.password),
      floor: () => runHashFloor(floors.hash),
    },
    {
      name: "sign-in by token",
      floorName: "a bare Fastify route with one prepared INSERT, same Postgres",
      ours: () => load(origin, requests.token),
      floor: () => load(floors.insert, { ...requests.token, path: "/insert", headers: json, body: '{"token":"x"}' }),
    },
    {
      name: "refresh",
      floorName: "a bare Fastify route with one prepared SELECT, same Postgres",
      ours: () => load(origin, requests.refresh),
      floor: () => load(floors.select, { ...requests.refresh, path: "/select" }),
    },
  ];
  for (const path of paths) console.log(describeRounds(await measure(stack, path)));
};

interface Path {
  readonly name: string;
  readonly floorName: string;
  readonly ours: () => Promise<LoadResult>;
  readonly floor: () => Promise<{ readonly perSecond: number }>;
}

const measure = async (stack: LocalStack, { name, floorName, ours, floor }: Path): Promise<Rounds> => {
  await ours();
  await floor();
  const pairs: { ours: number; floor: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const base = await floor();
    const before = usageOf(stack);
    const result = await ours();
    if (result.failures > 0) throw new Error(`${name}: ${result.failures} of ${result.requests} requests failed`);
    pairs.push({ ours: result.perSecond, floor: base.perSecond });
    console.log(
      `${name} ${round + 1}: ${Math.round(result.perSecond)}/s p50 ${result.p50Ms.toFixed(1)} p99 ${result.p99Ms.toFixed(1)} ms, floor ${Math.round(base.perSecond)}/s`,
    );
    if (round === rounds - 1) console.log(describeUsage(before, usageOf(stack)));
    await sleep(500);
  }
  return { name, floorName, pairs };
};

const json = { "content-type": "application/json" };

const createRequests = async (stack: LocalStack, study: BenchStudy) => {
  const token = await new SignJWT({ username: "bench" })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(study.surveySecret));
  const { authToken } = await post(stack, { path: `/surveys/${study.slug}/create-user`, body: { token } });
  const { refreshToken } = await post(stack, { path: "/signin", body: stack.admin });
  const request = (path: string, headers: Record<string, string>, body: string): LoadRequest => ({
    method: "POST",
    path,
    headers,
    body,
  });
  return {
    password: request("/signin", json, JSON.stringify(stack.admin)),
    token: request(`/signin/token/${String(authToken)}`, {}, ""),
    refresh: request("/refresh", { "x-auth-token": String(refreshToken) }, ""),
  };
};

const runHashFloor = async (origin: string): Promise<{ readonly perSecond: number }> => {
  const answer: unknown = await (await fetch(`${origin}/run?ms=${roundMs}`)).json();
  if (typeof answer !== "object" || answer === null || !("perSecond" in answer)) throw new Error("no floor");
  return { perSecond: Number(answer.perSecond) };
};

import { setTimeout as sleep } from "node:timers/promises";
import { type LocalStack, startLocalStack } from "@roundtrip/test-harness/local-stack";
import { SignJWT } from "jose";
import { setUpBenchStudy } from "./bench-study.ts";
import { startChild } from "./child-process.ts";
import { runClosedLoop } from "./closed-loop.ts";
import { describeRounds } from "./paired-rounds.ts";
import { readUsage } from "./process-usage.ts";

const roundMs = 3_000;
const rounds = 5;
const connections = 50;
const newPerRoundMax = 12_000;

/** `create-user` through the gateway-less service port and the floor on the same Postgres, turn by turn. */
export const benchCreateUser = async (): Promise<void> => {
  const stack = await startLocalStack();
  try {
    const study = await setUpBenchStudy(stack);
    const floor = await startChild("floor-insert.child.ts", { DATABASE_URL: stack.databaseUrls.survey });
    try {
      await compare(stack, {
        slug: study.slug,
        secret: study.surveySecret,
        audience: stack.url,
        floorOrigin: `http://127.0.0.1:${floor.port}`,
      });
    } finally {
      await floor.stop();
    }
  } finally {
    await stack.stop();
  }
};

interface Target {
  readonly slug: string;
  readonly secret: string;
  readonly audience: string;
  readonly floorOrigin: string;
}

const compare = async (stack: LocalStack, target: Target): Promise<void> => {
  const path = `/surveys/${target.slug}/create-user`;
  const known = await signToken(target, "known");
  const load = (origin: string, toPath: string, bodies: readonly string[]) =>
    runClosedLoop({
      origin,
      connections,
      durationMs: roundMs,
      requestsMax: bodies.length > 1 ? bodies.length : 1_000_000,
      nextRequest: (index) => ({
        method: "POST",
        path: toPath,
        headers: { "content-type": "application/json" },
        body: bodies[index % bodies.length] ?? "",
      }),
    });
  const origin = `http://127.0.0.1:${stack.ports.survey}`;
  await load(origin, path, [known]);
  await load(target.floorOrigin, "/insert", [known]);
  const fresh: { ours: number; floor: number }[] = [];
  const existing: { ours: number; floor: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const tokens = await Promise.all(
      Array.from({ length: newPerRoundMax }, (_, index) => signToken(target, `r${round}-${index}`)),
    );
    const floor = await load(target.floorOrigin, "/insert", [known]);
    const before = usageOf(stack);
    const ours = await load(origin, path, tokens);
    fresh.push({ ours: ours.perSecond, floor: floor.perSecond });
    const again = await load(origin, path, [known]);
    existing.push({ ours: again.perSecond, floor: floor.perSecond });
    console.log(
      `round ${round + 1}: new ${Math.round(ours.perSecond)}/s p99 ${ours.p99Ms.toFixed(1)} ms, existing ${Math.round(again.perSecond)}/s p99 ${again.p99Ms.toFixed(1)} ms, floor ${Math.round(floor.perSecond)}/s, failures ${ours.failures + again.failures}`,
    );
    if (round === rounds - 1) console.log(describeUsage(before, usageOf(stack)));
    // Lets the outbox drain, so that one round's events are not paid for in the next.
    await sleep(1_500);
  }
  const floorName = "a bare Fastify route with one prepared INSERT, same Postgres";
  console.log(describeRounds({ name: "create-user, new respondent", floorName, pairs: fresh }));
  console.log(describeRounds({ name: "create-user, known respondent", floorName, pairs: existing }));
};

const signToken = async (target: Target, username: string): Promise<string> => {
  const token = await new SignJWT({ username })
    .setProtectedHeader({ alg: "HS256" })
    .setIssuedAt()
    .setExpirationTime("1h")
    .setAudience(target.audience)
    .setSubject(target.slug)
    .sign(new TextEncoder().encode(target.secret));
  return JSON.stringify({ token });
};

type Snapshot = ReadonlyMap<string, { readonly cpuSeconds: number; readonly residentMb: number }>;

export const usageOf = (stack: LocalStack): Snapshot =>
  new Map(
    [
      ["auth-service", stack.services.auth.pid],
      ["survey-service", stack.services.survey.pid],
      ["notify-service", stack.services.notify.pid],
      ["gateway", stack.gateway.pid],
      ["nats-server", stack.nats.pid],
      ["postgres", stack.postgres.pid],
      ["load generator", process.pid],
    ].map(([name, pid]) => [String(name), readUsage(Number(pid ?? 0), { withChildren: name === "postgres" })]),
  );

export const describeUsage = (before: Snapshot, after: Snapshot): string =>
  [...after]
    .map(
      ([name, usage]) =>
        `  ${name.padEnd(15)} ${(usage.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0)).toFixed(2)} s CPU   ${Math.round(usage.residentMb)} MB`,
    )
    .join("\n");

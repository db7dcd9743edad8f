import { randomUUID } from "node:crypto";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom, differenceBeyondMargin, median, powerOf, shuffle } from "../test/compare-timings.ts";
import {
  masterKey,
  type OpenAuthService,
  openAuthService,
  postJson,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { throttleKey } from "../throttling/throttle-guesses.ts";

/**
 * Does the time of a refusal tell which name exists? 300 samples of each kind of refusal, taken in one seeded random order,
 * so that whatever else the machine does falls on all kinds alike; by the clock, which is what an attacker sees, and by the
 * process's CPU time, which a busy machine leaves alone.
 *
 * The hash is the production one at 16 MiB and one pass: about 4 ms instead of 50, so that 2,400 sign-ins take seconds, and
 * so that what is not hash is ten times as visible as it will ever be. Two kinds differ when a Mann-Whitney test says, at
 * p < 0.001, that they are more than a quarter of such a hash apart. The power is measured, not assumed: with samples as
 * noisy as the noisiest of these, by CPU time, a missing hash is noticed in more than 99 of 100 runs. What stays below a
 * quarter of a 4 ms hash is below a fiftieth of the real one, and the throttle leaves an attacker some twenty samples of a
 * name a day to find it in.
 */
const seed = 20_261_120;
const samplesEach = 300;
const alpha = 0.001;
const cheapKib = 16_384;

const right = "correct horse battery staple";
const names = {
  wrong: "wrong@x.example",
  passwordless: "none@x.example",
  disabled: "off@x.example",
  throttled: "slow@x.example",
};
const kinds = [
  "unknown",
  "wrong",
  "passwordless",
  "disabled",
  "throttled",
  "throttled_right",
  "throttled_unknown",
  "empty",
] as const;
type Kind = (typeof kinds)[number];

const hasher = await createQuickHasher({ memoryKib: cheapKib });
const { service, database } = useAuthService({ hasher });
const nobody = "nobody@x.example";
const throttledKeys = [names.throttled, nobody].map((email) => throttleKey(openKeyring(masterKey), "account", email));

beforeAll(async () => {
  const { db } = service();
  const hash = await hasher.hash(right);
  const customerId = (await sql<{ customer_id: string }>(db, "SELECT customer_id FROM customers"))[0]?.customer_id;
  for (const [kind, email] of Object.entries(names)) {
    const accountId = uuidv7();
    await sql(
      db,
      `INSERT INTO accounts (account_id, email, email_key, password_hash, disabled_at)
       VALUES ($1, $2, $2, $3, CASE WHEN $4 THEN now() END)`,
      accountId,
      email,
      kind === "passwordless" ? null : hash,
      kind === "disabled",
    );
    await sql(
      db,
      "INSERT INTO memberships (account_id, customer_id, role) VALUES ($1, $2, 'viewer')",
      accountId,
      customerId,
    );
  }
  for (const key of throttledKeys) {
    await sql(db, "INSERT INTO sign_in_throttles VALUES ($1, 50, now() + interval '1 hour', now())", key);
  }
});

const payloadOf = (kind: Kind) => {
  switch (kind) {
    case "unknown":
      return { email: `${randomUUID()}@x.example`, password: right };
    case "empty":
      return { email: names.wrong, password: "" };
    case "throttled":
      return { email: names.throttled, password: "not this one" };
    case "throttled_unknown":
      return { email: nobody, password: right };
    case "throttled_right":
      return { email: names.throttled, password: right };
    default:
      return { email: names[kind], password: kind === "wrong" ? "not this one" : right };
  }
};

interface Sample {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const timed = async (work: () => Promise<unknown>): Promise<Sample> => {
  const before = { at: performance.now(), cpu: process.cpuUsage() };
  await work();
  const { user, system } = process.cpuUsage(before.cpu);
  return { wallMs: performance.now() - before.at, cpuMs: (user + system) / 1_000 };
};

const measure = async (app: OpenAuthService["app"], wanted: readonly Kind[], each: number) => {
  const random = createRandom(seed);
  const samples = new Map<Kind, Sample[]>(wanted.map((kind) => [kind, []]));
  const order = shuffle(
    wanted.flatMap((kind) => Array.from({ length: each }, () => kind)),
    random,
  );
  for (const kind of order) {
    // Every sample is a first failure: the throttle would else refuse all but five of them.
    await sql(service().db, "DELETE FROM sign_in_throttles WHERE throttle_key <> ALL($1)", throttledKeys);
    let statusCode = 0;
    const sample = await timed(async () => {
      ({ statusCode } = await postJson(app, { url: "/signin", payload: payloadOf(kind) }));
    });
    samples.get(kind)?.push(sample);
    expect(statusCode).toBe(kind.startsWith("throttled") ? 429 : 401);
  }
  return samples;
};

const oneHash = async (): Promise<Sample> => {
  const times: Sample[] = [];
  for (let index = 0; index < 40; index += 1) times.push(await timed(() => hasher.verify(null, right)));
  return { wallMs: median(times.map(({ wallMs }) => wallMs)), cpuMs: median(times.map(({ cpuMs }) => cpuMs)) };
};

const measures = ["wallMs", "cpuMs"] as const;

describe("the time of a refusal", () => {
  it("is the same whatever the reason", { timeout: 240_000 }, async () => {
    await measure(service().app, kinds, 5);
    const hash = await oneHash();
    const samples = await measure(service().app, kinds, samplesEach);
    const different = measures.flatMap((by) =>
      pairsFor(by).flatMap(([a, b]) => {
        const [left, other] = [valuesOf(samples, a, by), valuesOf(samples, b, by)];
        const p = differenceBeyondMargin(left, other, hash[by] / 4);
        return p < alpha ? [`${by}: ${a} ${median(left).toFixed(2)}, ${b} ${median(other).toFixed(2)}, p ${p}`] : [];
      }),
    );
    expect(different).toEqual([]);
    const powers = kinds.map((kind) =>
      powerOf({
        sample: valuesOf(samples, kind, "cpuMs"),
        shiftMs: hash.cpuMs,
        marginMs: hash.cpuMs / 4,
        alpha,
        trials: 500,
        random: createRandom(seed),
      }),
    );
    expect(Math.min(...powers)).toBeGreaterThan(0.99);
  });

  it("would be found out without the decoy", { timeout: 120_000 }, async () => {
    const planted: PasswordHasher = {
      ...hasher,
      verify: async (phc, password) => phc !== null && hasher.verify(phc, password),
    };
    const leaky = await openAuthService(database().url, { hasher: planted });
    const hash = await oneHash();
    const samples = await measure(leaky.app, ["unknown", "wrong", "passwordless"], 100);
    await leaky.close();
    const compare = (a: Kind, b: Kind) =>
      differenceBeyondMargin(valuesOf(samples, a, "cpuMs"), valuesOf(samples, b, "cpuMs"), hash.cpuMs / 4);
    expect(compare("unknown", "wrong")).toBeLessThan(alpha);
    expect(compare("passwordless", "wrong")).toBeLessThan(alpha);
    expect(compare("unknown", "passwordless")).toBeGreaterThan(alpha);
  });
});

/**
 * By the clock a 429 is compared with a 429 and a 401 with a 401: the status tells them apart anyway, and the one writes a
 * failure to the disk and the other does not.
 */
const pairsFor = (by: keyof Sample) =>
  kinds
    .flatMap((a, index) => kinds.slice(index + 1).map((b) => [a, b] as const))
    .filter(([a, b]) => by === "cpuMs" || a.startsWith("throttled") === b.startsWith("throttled"));

const valuesOf = (samples: ReadonlyMap<Kind, readonly Sample[]>, kind: Kind, by: keyof Sample): number[] =>
  (samples.get(kind) ?? []).map((sample) => sample[by]);

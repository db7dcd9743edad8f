import { randomUUID } from "node:crypto";
import type { Worker } from "@roundtrip/service-runner/service";
import { uuidv7 } from "uuidv7";
import { beforeAll, describe, expect, it } from "vitest";
import {
  admin,
  claimsOf,
  cookieOf,
  postJson,
  refreshWithCookie,
  signInAdmin,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createPruneSignInsWorker } from "./prune-sign-ins.worker.ts";

const { service } = useAuthService();
const count = async (table: string, where = "true"): Promise<number> =>
  (await sql<{ n: number }>(service().db, `SELECT count(*)::int AS n FROM ${table} WHERE ${where}`))[0]?.n ?? -1;

/** Runs until nothing goes any more. */
const runOnce = async (worker: Worker, isDone: () => Promise<boolean>) => {
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  for (let tries = 0; tries < 200 && !(await isDone()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await running;
};
const createWorker = (pruneRowsMax = 1_000) =>
  createPruneSignInsWorker({ db: service().db, clock: () => new Date(), pruneRowsMax, prunePauseMs: 20 });

describe("pruning", () => {
  beforeAll(async () => {
    const { db, app } = service();
    await signInAdmin(app);
    await sql(
      db,
      `INSERT INTO sign_in_throttles SELECT v.key, v.failures, NULL, now() - v.age::interval FROM (VALUES
         ('few-new', 4, '1 hour'), ('few-old', 4, '25 hours'), ('many-old', 5, '29 days'), ('many-very-old', 100, '31 days')
       ) AS v (key, failures, age)`,
    );
    await sql(
      db,
      "INSERT INTO rate_limits VALUES ('whole', now() - interval '1 s'), ('in use', now() + interval '1 min')",
    );
    for (const [kind, age] of [
      ["fresh", "-5 min"],
      ["over", "5 min"],
    ]) {
      await sql(
        db,
        "INSERT INTO challenges (challenge_id, purpose, box, expires_at) VALUES ($1, 'oidc', $2, now() - $3::interval)",
        randomUUID(),
        kind,
        age,
      );
    }
    await sql(
      db,
      `INSERT INTO password_resets (password_reset_id, account_id, digest, expires_at)
       SELECT gen_random_uuid(), account_id, v.digest, now() - v.age::interval FROM accounts, (VALUES
         ('open', '-10 min'), ('yesterday', '1 day'), ('old', '3 days')) AS v (digest, age)`,
    );
    await sql(
      db,
      `INSERT INTO invitations (invitation_id, customer_id, email, email_key, role, digest, expires_at)
       SELECT gen_random_uuid(), customer_id, v.digest, v.digest, 'viewer', v.digest, now() - v.age::interval FROM customers, (VALUES
         ('open', '-1 day'), ('last month', '30 days'), ('old', '91 days')) AS v (digest, age)`,
    );
    await sql(
      db,
      `WITH families AS (
         INSERT INTO sign_ins (sign_in_id, respondent_id, flavour, user_agent, created_at, idle_expires_at, absolute_expires_at)
         SELECT gen_random_uuid(), gen_random_uuid(), 'header', v.name, now() - v.created::interval, now(), now() - v.expired::interval
         FROM (VALUES ('old', '120 days', '30 days'), ('known network', '80 days', '50 days'), ('long', '120 days', '-10 days'))
           AS v (name, created, expired), generate_series(1, 30)
         RETURNING sign_in_id)
       INSERT INTO refresh_tokens (refresh_token_id, sign_in_id) SELECT gen_random_uuid(), sign_in_id FROM families`,
    );
    // A replica that is not let in leaves a table for its next round, so the last one to be emptied can be any of them.
    const left = [
      ["sign_ins", "user_agent = 'old'"],
      ["sign_in_throttles", "throttle_key IN ('few-old', 'many-very-old')"],
      ["rate_limits", "limit_key = 'whole'"],
      ["challenges", "box = 'over'"],
      ["password_resets", "digest = 'old'"],
      ["invitations", "digest = 'old'"],
    ] as const;
    const isOver = async () => {
      for (const [table, where] of left) if ((await count(table, where)) > 0) return false;
      return true;
    };
    // Small batches, and three replicas at once.
    await Promise.all([1, 2, 3].map(() => runOnce(createWorker(7), isOver)));
  });

  it("takes expired sign-ins with their tokens, and keeps those that still tell a known network", async () => {
    expect(await count("sign_ins", "user_agent = 'old'")).toBe(0);
    expect(await count("sign_ins", "user_agent = 'known network'")).toBe(30);
    expect(await count("sign_ins", "user_agent = 'long'")).toBe(30);
    expect(await count("refresh_tokens")).toBe(61);
  });

  it("takes throttles at rest", async () => {
    const rows = await sql<{ throttle_key: string }>(service().db, "SELECT throttle_key FROM sign_in_throttles");
    expect(rows.map((row) => row.throttle_key).sort()).toEqual(["few-new", "many-old"]);
  });

  it("takes buckets that are whole, challenges and links that are over", async () => {
    expect(await count("rate_limits", "limit_key = 'whole'")).toBe(0);
    expect(await count("rate_limits", "limit_key = 'in use'")).toBe(1);
    expect(await count("challenges")).toBe(1);
    expect(await count("challenges", "box = 'fresh'")).toBe(1);
    expect(await count("password_resets")).toBe(2);
    expect(await count("invitations", "digest = 'old'")).toBe(0);
  });

  it("leaves a live family's chain working, and a token that it took is a reuse all the same", async () => {
    const { app, db } = service();
    const first = cookieOf(await postJson(app, { url: "/signin?delivery=cookie", payload: admin }));
    const second = cookieOf(await refreshWithCookie(app, first));
    const third = cookieOf(await refreshWithCookie(app, second));
    const { sid } = claimsOf(first);
    await sql(db, "UPDATE refresh_tokens SET used_at = used_at - interval '25 hours' WHERE sign_in_id = $1", sid);
    await runOnce(createWorker(), async () => (await count("refresh_tokens", `sign_in_id = '${sid}'`)) === 1);
    const fourth = await refreshWithCookie(app, third);
    expect(fourth.statusCode).toBe(200);
    expect((await refreshWithCookie(app, first)).statusCode).toBe(401);
    expect((await refreshWithCookie(app, cookieOf(fourth))).statusCode).toBe(401);
  });
});

describe("a second replica", () => {
  it("takes nothing while the first one prunes", async () => {
    const { db } = service();
    await sql(db, "TRUNCATE rate_limits");
    await sql(db, "INSERT INTO rate_limits VALUES ($1, now() - interval '1 s')", uuidv7());
    await db.transaction(async (tx) => {
      await tx.query({ name: "hold-pruning", text: "SELECT pg_advisory_xact_lock(1886549358)" }, []);
      const stop = new AbortController();
      const running = createWorker().run(stop.signal);
      await new Promise((resolve) => setTimeout(resolve, 200));
      stop.abort();
      await running;
    });
    expect(await count("rate_limits", "arrival_at < now()")).toBe(1);
  });
});

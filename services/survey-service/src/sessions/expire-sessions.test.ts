import { sessionExpired } from "@roundtrip/contracts/survey/session-expired.event";
import { openDatabase } from "@roundtrip/database/database";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { createOutbox } from "@roundtrip/outbox/outbox";
import { createLogger } from "@roundtrip/service-runner/logger";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { lowAnswers, openScene } from "../test/session-scene.ts";
import { expireSessions } from "./expire-sessions.ts";
import { createExpireSessionsWorker } from "./expire-sessions.worker.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const clock = () => now;
const { service, database } = useSurveyService({ clock });

type Deps = Parameters<typeof expireSessions>[0];
const opened: { deps: Deps; close: () => Promise<void> }[] = [];
const openDeps = (): Deps => {
  const db = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
  const bus = createInProcessEventBus();
  const log = createLogger("test", "silent");
  const outbox = createOutbox({ db, bus, log, service: "survey-service", eventTypes: [sessionExpired] });
  const close = async () => {
    await bus.close();
    await db.close();
  };
  opened.push({ deps: { db, outbox, clock }, close });
  return { db, outbox, clock };
};
let deps: Deps;
beforeAll(() => {
  deps = openDeps();
});
afterAll(async () => {
  for (const one of opened) await one.close();
});

const statusesOf = async (sessionIds: readonly string[]) => {
  const { rows } = await service().db.pool.query<{ status: string }>(
    "SELECT status FROM sessions WHERE session_id = ANY($1) ORDER BY array_position($1, session_id)",
    [sessionIds],
  );
  return rows.map((row) => row.status);
};

describe("expireSessions", () => {
  it("ends what is over, each with its event, and leaves the rest", async () => {
    const brief = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const long = await openScene(service(), { settings: { session: { max_age_seconds: 600 } } });
    const [opened, saved, done] = [await brief.sit(), await brief.sit(), await brief.sit()];
    const sessions = [await opened.begin(), await saved.begin(), await done.begin(), await (await long.sit()).begin()];
    const [openedId = "", savedId = "", doneId = ""] = sessions;
    await saved.save(savedId, { gad1: 1 });
    await done.submit(doneId, lowAnswers);
    expect(await expireSessions(deps)).toBe(0);
    now = new Date(now.getTime() + 60_000);
    expect(await expireSessions(deps)).toBe(2);
    expect(await expireSessions(deps)).toBe(0);
    expect(await statusesOf(sessions)).toEqual(["expired", "expired", "completed", "opened"]);
    expect((await brief.eventsOf(openedId)).at(-1)).toBe("session.expired expired 3");
    expect((await brief.eventsOf(savedId)).at(-1)).toBe("session.expired expired 4");
    const { rows } = await service().db.pool.query("SELECT data, ended_at FROM sessions WHERE session_id = $1", [
      savedId,
    ]);
    expect(rows).toEqual([{ data: {}, ended_at: now }]);
    now = new Date(now.getTime() + 600_000);
    await expireSessions(deps);
  });

  it("ends each of 500 once, when three do it at once and respondents come back meanwhile", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const returning = await Promise.all(Array.from({ length: 10 }, () => scene.sit()));
    const sessions = await Promise.all(returning.map((person) => person.begin()));
    await service().db.pool.query(
      `WITH people AS (
         INSERT INTO respondents (respondent_id, workspace_id, survey_id, user_id, username, token_key_version, token_length, token_digest)
         SELECT gen_random_uuid(), workspace_id, survey_id, user_id, 'many-' || n, 1, 32, 'many-' || n
         FROM respondents, generate_series(1, 490) n WHERE respondent_id = $1
         RETURNING *
       )
       INSERT INTO sessions (session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, sequence, expires_at)
       SELECT gen_random_uuid(), workspace_id, survey_id, respondent_id, user_id, 2, 'opened', 2, $2 FROM people`,
      [returning[0]?.respondentId, now],
    );
    now = new Date(now.getTime() + 60_000);
    const everyone = [deps, openDeps(), openDeps()];
    const drain = async (one: Deps): Promise<number> => {
      const count = await expireSessions(one);
      return count === 0 ? 0 : count + (await drain(one));
    };
    const [first, second, third] = await Promise.all([
      ...everyone.map(drain),
      ...returning.map((person) => person.start()),
    ]);
    expect([first, second, third].every((count) => typeof count === "number")).toBe(true);
    await drain(deps);
    const { rows } = await service().db.pool.query(
      `SELECT count(*)::int AS events, count(DISTINCT body::jsonb -> 'data' ->> 'session_id')::int AS sessions FROM outbox
       WHERE type = $1 AND body::jsonb -> 'data' ->> 'survey_id' = $2`,
      [sessionExpired.type, scene.surveyId],
    );
    expect(rows).toEqual([{ events: 500, sessions: 500 }]);
    expect(await statusesOf(sessions)).toEqual(Array(10).fill("expired"));
  });
});

describe("createExpireSessionsWorker", () => {
  it("sees to it that sessions end and used tickets are forgotten, until it is stopped", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const sessionId = await (await scene.sit()).begin();
    await service().db.pool.query("INSERT INTO burned_tickets VALUES ('old', $1), ('fresh', $2)", [
      new Date(now.getTime() + 30_000),
      new Date(now.getTime() + 90_000),
    ]);
    now = new Date(now.getTime() + 60_000);
    const stop = new AbortController();
    const running = createExpireSessionsWorker(deps, { intervalMs: 10 }).run(stop.signal);
    await expect.poll(() => statusesOf([sessionId])).toEqual(["expired"]);
    const jtis = async () => (await service().db.pool.query("SELECT jti FROM burned_tickets")).rows;
    await expect.poll(jtis).toEqual([{ jti: "fresh" }]);
    stop.abort();
    await running;
  });
});

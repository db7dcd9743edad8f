import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { anxietyDefinition, lowAnswers, openScene, type Sitting } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now });
const at = (text: string) => {
  now = new Date(text);
};
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};
const handIn = async (person: Sitting, query = "") => person.submit(await person.begin(), lowAnswers, query);

describe("200", () => {
  it("starts a session that is created and opened in one", async () => {
    at("2026-03-02T10:00:00.000Z");
    const scene = await openScene(service());
    const person = await scene.sit();
    const answer = await person.start();
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "opened",
      sequence: 2,
      definitionVersion: 2,
      data: {},
      startedAt: "2026-03-02T10:00:00.000Z",
      expiresAt: "2026-03-02T22:00:00.000Z",
    });
    expect(await scene.eventsOf(answer.json().sessionId)).toEqual([
      "session.created created 1",
      "session.opened opened 2",
    ]);
  });

  it("goes on with the one under way, with its answers", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await person.save(sessionId, { gad1: 1 });
    const again = await person.start();
    expect(again.json()).toMatchObject({ sessionId, status: "in_progress", sequence: 3, data: { gad1: 1 } });
    expect(await scene.eventsOf(sessionId)).toHaveLength(3);
  });

  it("shares one session among twenty tabs that start at once", async () => {
    const scene = await openScene(service(), { settings: { limits: { max_total: 5 } } });
    const person = await scene.sit();
    const answers = await Promise.all(Array.from({ length: 20 }, () => person.start()));
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.json().sessionId)).size).toBe(1);
    expect(await scene.eventsOf(answers[0]?.json().sessionId)).toHaveLength(2);
  });

  it("gives each respondent a session of their own", async () => {
    const scene = await openScene(service());
    const [one, other] = [await scene.sit(), await scene.sit()];
    expect(await one.begin()).not.toBe(await other.begin());
  });

  it("starts a new one after the last has ended", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const first = await person.begin();
    await person.submit(first, lowAnswers);
    expect(await person.begin()).not.toBe(first);
  });

  it("keeps the questions that a session began with, and gives newer ones to the next", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await scene.publish({ elements: [{ type: "text", name: "name" }] });
    expect((await person.start()).json()).toMatchObject({ sessionId, definitionVersion: 2 });
    expect((await person.get("/parameters")).json()).toMatchObject({
      definitionVersion: 2,
      definition: anxietyDefinition,
    });
    expect((await person.submit(sessionId, lowAnswers)).statusCode).toBe(200);
    expect((await person.start()).json()).toMatchObject({ definitionVersion: 3 });
  });

  it("ends one whose time is over and starts another", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const person = await scene.sit();
    const first = await person.begin();
    later(59);
    expect(await person.begin()).toBe(first);
    later(1);
    const second = await person.begin();
    expect(second).not.toBe(first);
    expect(await scene.eventsOf(first)).toEqual([
      "session.created created 1",
      "session.opened opened 2",
      "session.expired expired 3",
    ]);
  });

  it("opens a session that somebody else has created", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = randomUUID();
    await service().db.pool.query(
      `INSERT INTO sessions (session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, sequence)
       VALUES ($1, $2, $3, $4, $5, 2, 'created', 1)`,
      [sessionId, scene.workspace.workspaceId, scene.surveyId, person.respondentId, person.userId],
    );
    const answers = await Promise.all([person.start(), person.start()]);
    for (const answer of answers) expect(answer.json()).toMatchObject({ sessionId, status: "opened", sequence: 2 });
    expect(await scene.eventsOf(sessionId)).toEqual(["session.opened opened 2"]);
  });
});

describe("400", () => {
  it.each(["x", "841", "-841", "99999", "1.5", ""])("refuses the time difference %j", async (offset) => {
    const person = await (await openScene(service())).sit();
    const answer = await person.start(`?tzOffset=${offset}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_input", errors: { tzOffset: { location: "querystring" } } });
  });

  it.each(["0", "-840", "840", "60"])("takes the time difference %s", async (offset) => {
    const person = await (await openScene(service())).sit();
    expect((await person.start(`?tzOffset=${offset}`)).statusCode).toBe(200);
  });
});

describe("401", () => {
  it("refuses strangers and people who do not exist any more", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const url = `/surveys/${scene.slug}/session`;
    expect((await service().app.inject({ method: "POST", url })).statusCode).toBe(401);
    expect((await service().app.inject({ method: "POST", url, headers: scene.workspace.headers })).statusCode).toBe(
      401,
    );
    await service().db.pool.query("DELETE FROM respondents WHERE respondent_id = $1", [person.respondentId]);
    expect((await person.start()).json()).toMatchObject({ code: "unauthorized" });
  });
});

describe("403", () => {
  it("refuses a respondent of another survey of the same workspace", async () => {
    const scene = await openScene(service());
    const other = await openScene(service(), { workspace: scene.workspace });
    const { headers } = await scene.sit();
    const answer = await service().app.inject({ method: "POST", url: `/surveys/${other.slug}/session`, headers });
    expect(answer.json()).toMatchObject({ status: 403, code: "forbidden" });
  });

  it.each([
    [
      { state: "suspended", suspension_reason: "Back on Monday" },
      "The survey is suspended: Back on Monday (suspended)",
    ],
    [{ state: "completed" }, "The survey has ended (completed)"],
    [{ state: "notStarted" }, "The survey has not started yet (notStarted)"],
    [{ start_date: "2026-03-03" }, "The survey has not started yet (notStarted)"],
    [{ end_date: "2026-03-01" }, "The survey has ended (completed)"],
  ])("refuses to start or go on while the survey says %j", async (members, detail) => {
    at("2026-03-02T10:00:00.000Z");
    const scene = await openScene(service());
    const [running, late] = [await scene.sit(), await scene.sit()];
    await running.begin();
    await scene.change(members);
    for (const person of [running, late]) {
      expect((await person.start()).json()).toMatchObject({
        status: 403,
        code: "survey_not_active",
        detail,
        message: detail,
      });
    }
  });

  it("refuses more than max_total", async () => {
    const scene = await openScene(service(), { settings: { limits: { max_total: 1 } } });
    const person = await scene.sit();
    expect((await handIn(person)).json()).toMatchObject({ submissions: 1, maximumTotalSubmissionsReached: true });
    expect((await person.start()).json()).toMatchObject({
      code: "limit_reached",
      detail: expect.stringContaining("max_total"),
    });
    expect((await (await scene.sit()).start()).statusCode).toBe(200);
  });

  it("counts max_per_day in the respondent's own days", async () => {
    at("2026-03-02T21:30:00.000Z");
    const scene = await openScene(service(), { settings: { limits: { max_per_day: 1 }, session: { fixed: null } } });
    const person = await scene.sit();
    expect((await handIn(person, "?tzOffset=-120")).json()).toMatchObject({ maximumDailySubmissionsReached: true });
    later(1_800);
    // It is midnight two hours east of UTC, and still the same day in UTC and west of it.
    expect((await person.start("?tzOffset=120")).json()).toMatchObject({ code: "limit_reached" });
    expect((await person.start()).json()).toMatchObject({
      code: "limit_reached",
      detail: expect.stringContaining("max_per_day"),
    });
    expect((await person.get("/user-info?tzOffset=-120")).json()).toMatchObject({
      maximumDailySubmissionsReached: false,
    });
    expect((await person.start("?tzOffset=-120")).statusCode).toBe(200);
  });

  it("waits min_interval_seconds", async () => {
    const scene = await openScene(service(), { settings: { limits: { min_interval_seconds: 60 } } });
    const person = await scene.sit();
    await handIn(person);
    later(59);
    expect((await person.start()).json()).toMatchObject({
      code: "limit_reached",
      detail: expect.stringContaining("min_interval"),
    });
    later(1);
    expect((await person.start()).statusCode).toBe(200);
  });

  it("leaves no session and no event of a refused start", async () => {
    const scene = await openScene(service(), { settings: { limits: { max_total: 1 } } });
    const person = await scene.sit();
    await handIn(person);
    const counts = async () =>
      (await service().db.pool.query("SELECT (SELECT count(*) FROM sessions) AS s, (SELECT count(*) FROM outbox) AS o"))
        .rows;
    const before = await counts();
    expect((await person.start()).statusCode).toBe(403);
    expect(await counts()).toEqual(before);
  });

  it("counts what is handed in between looking and starting", async () => {
    const scene = await openScene(service(), { settings: { limits: { max_total: 1 } } });
    const person = await scene.sit();
    const ids = [randomUUID(), scene.workspace.workspaceId, scene.surveyId, person.respondentId, person.userId];
    const client = await service().db.pool.connect();
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO sessions (session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, sequence)
       VALUES ($1, $2, $3, $4, $5, 2, 'opened', 2)`,
      ids,
    );
    // Another tab's whole session, not committed yet: this start sees no session, and waits for that one at its insert.
    const starting = person.start();
    const waiting = async () =>
      (
        await client.query(
          "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
      ).rows[0].n;
    await expect.poll(waiting).toBe(1);
    await client.query(
      "UPDATE sessions SET status = 'completed', sequence = 3, ended_at = now() WHERE session_id = $1",
      [ids[0]],
    );
    await client.query(
      `INSERT INTO submissions (submission_id, session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, data, started_at)
       VALUES ($1, $1, $2, $3, $4, $5, 2, 'completed', '{}', now())`,
      ids,
    );
    await client.query("COMMIT");
    client.release();
    expect((await starting).json()).toMatchObject({ status: 403, code: "limit_reached" });
  });

  it("cannot be outrun: starting while handing in never leads past max_total", async () => {
    const scene = await openScene(service(), { settings: { limits: { max_total: 1 } } });
    const people = await Promise.all(Array.from({ length: 25 }, () => scene.sit()));
    await Promise.all(
      people.map(async (person) => {
        const sessionId = await person.begin();
        const [submitted, ...starts] = await Promise.all([
          person.submit(sessionId, lowAnswers),
          ...Array.from({ length: 4 }, () => person.start()),
        ]);
        expect(submitted.statusCode).toBe(200);
        // Those that were before the submission share its session, those after it are refused.
        for (const answer of starts) expect([sessionId, undefined]).toContain(answer.json().sessionId);
      }),
    );
    const counted = "SELECT count(*)::int AS sessions FROM sessions WHERE survey_id = $1";
    expect((await service().db.pool.query(counted, [scene.surveyId])).rows).toEqual([{ sessions: 25 }]);
  });
});

describe("404", () => {
  it("knows no survey that does not exist, and none of another workspace", async () => {
    const scene = await openScene(service());
    const foreign = await openScene(service());
    const { headers } = await scene.sit();
    for (const slug of ["no-such-survey", foreign.slug]) {
      const answer = await service().app.inject({ method: "POST", url: `/surveys/${slug}/session`, headers });
      expect(answer.json()).toMatchObject({ status: 404, code: "survey_not_found" });
    }
  });
});

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { highAnswers, lowAnswers, openScene } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now });

const storedOf = async (sessionId: string) =>
  (
    await service().db.pool.query("SELECT data, scores, status, completed_at FROM submissions WHERE session_id = $1", [
      sessionId,
    ])
  ).rows;

describe("200", () => {
  it("stores the answers with their scores and answers with the submission", async () => {
    const scene = await openScene(service());
    const person = await scene.sit({ username: "ada", name: "Ada" });
    const sessionId = await person.begin();
    await person.save(sessionId, { gad1: 1 });
    const answers = { ...highAnswers, difficulty: "some", age: 40 };
    const answer = await person.submit(sessionId, answers);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.json()).toEqual({
      submission: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), submissionTime: now.toISOString() },
      status: "completed",
      sequence: 4,
      followUpUrl: null,
      userId: person.userId,
      name: "Ada",
      customFields: {},
      submissions: 1,
      showFeedback: false,
      maximumTotalSubmissionsReached: false,
      maximumDailySubmissionsReached: false,
    });
    expect(await storedOf(sessionId)).toEqual([
      { data: answers, scores: { score: 14 }, status: "completed", completed_at: now },
    ]);
    expect(await scene.eventsOf(sessionId)).toEqual([
      "session.created created 1",
      "session.opened opened 2",
      "session.started in_progress 3",
      "submission.created completed 4",
      "session.completed completed 4",
    ]);
  });

  it("leaves out what the survey hides", async () => {
    const person = await (await openScene(service())).sit();
    const sessionId = await person.begin();
    expect((await person.submit(sessionId, { ...lowAnswers, difficulty: "very" })).statusCode).toBe(200);
    expect(await storedOf(sessionId)).toMatchObject([{ data: lowAnswers, scores: { score: 0 } }]);
  });

  it("makes one submission of fifty at once, and gives everyone the same", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => person.submit(sessionId, { ...lowAnswers, gad1: index % 4 })),
    );
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(await storedOf(sessionId)).toHaveLength(1);
    expect(await scene.eventsOf(sessionId)).toHaveLength(4);
  });

  it("gives the first submission to whoever sends again, whatever they send and whatever has become of the survey", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    const first = await person.submit(sessionId, lowAnswers);
    await scene.change({ state: "completed" });
    now = new Date(now.getTime() + 86_400_000);
    for (const data of [highAnswers, {}, { nonsense: true }]) {
      const again = await person.submit(sessionId, data);
      expect(again.statusCode).toBe(200);
      expect(again.json()).toMatchObject({ submission: first.json().submission, status: "completed", sequence: 3 });
    }
    expect(await storedOf(sessionId)).toMatchObject([{ data: lowAnswers }]);
  });

  it("stays whole when saves and a cancellation come at the same time", async () => {
    const scene = await openScene(service());
    const people = await Promise.all(Array.from({ length: 20 }, () => scene.sit()));
    await Promise.all(
      people.map(async (person) => {
        const sessionId = await person.begin();
        const [submitted, saved, cancelled] = await Promise.all([
          person.submit(sessionId, lowAnswers),
          person.save(sessionId, { gad1: 1 }),
          person.cancel(sessionId),
        ]);
        expect([200, 409]).toContain(submitted.statusCode);
        expect([200, 409]).toContain(saved.statusCode);
        expect(cancelled.statusCode).toBe(submitted.statusCode === 200 ? 409 : 204);
        expect(await storedOf(sessionId)).toHaveLength(submitted.statusCode === 200 ? 1 : 0);
        const ends = (await scene.eventsOf(sessionId)).filter((event) => /^session\.(completed|cancelled)/.test(event));
        expect(ends).toHaveLength(1);
      }),
    );
  });
});

describe("400", () => {
  it.each([
    [{}],
    [{ sessionId: "x", data: {} }],
    [{ sessionId: randomUUID(), data: [] }],
    [{ sessionId: randomUUID(), data: {}, status: "completed" }],
  ])("refuses the body %j", async (body) => {
    const scene = await openScene(service());
    const { headers } = await scene.sit();
    const answer = await service().app.inject({
      method: "POST",
      url: `/surveys/${scene.slug}/submission`,
      headers,
      body,
    });
    expect(answer.json()).toMatchObject({ status: 400, code: "invalid_input" });
  });
});

describe("401", () => {
  it("refuses strangers", async () => {
    const scene = await openScene(service());
    const url = `/surveys/${scene.slug}/submission`;
    expect((await service().app.inject({ method: "POST", url, body: {} })).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("stores nothing while the survey is not active, and keeps the session", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await scene.change({ state: "suspended" });
    expect((await person.submit(sessionId, lowAnswers)).json()).toMatchObject({
      status: 403,
      code: "survey_not_active",
    });
    expect(await storedOf(sessionId)).toEqual([]);
    await scene.change({ state: "active" });
    expect((await person.submit(sessionId, lowAnswers)).statusCode).toBe(200);
  });
});

describe("404", () => {
  it("knows no session that does not exist, and none of somebody else", async () => {
    const scene = await openScene(service());
    const [one, other] = [await scene.sit(), await scene.sit()];
    const sessionId = await one.begin();
    for (const id of [randomUUID(), sessionId]) {
      expect((await other.submit(id, lowAnswers)).json()).toMatchObject({ status: 404, code: "session_not_found" });
    }
    await one.submit(sessionId, lowAnswers);
    expect((await other.submit(sessionId, lowAnswers)).json()).toMatchObject({ code: "session_not_found" });
  });
});

describe("409", () => {
  it("refuses a session that was cancelled or has run out", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const [gone, slow] = [await scene.sit(), await scene.sit()];
    const cancelled = await gone.begin();
    await gone.cancel(cancelled);
    const expired = await slow.begin();
    now = new Date(now.getTime() + 60_000);
    for (const [person, sessionId] of [
      [gone, cancelled],
      [slow, expired],
    ] as const) {
      expect((await person.submit(sessionId, lowAnswers)).json()).toMatchObject({
        status: 409,
        code: "session_closed",
      });
      expect(await storedOf(sessionId)).toEqual([]);
    }
    expect((await scene.eventsOf(expired)).at(-1)).toBe("session.expired expired 3");
  });
});

describe("413", () => {
  it("refuses a body of 2 MB", async () => {
    const person = await (await openScene(service())).sit();
    const answer = await person.submit(await person.begin(), { text: "x".repeat(2_000_000) });
    expect(answer.json()).toMatchObject({ status: 413, code: "body_too_large" });
  });
});

describe("422", () => {
  it("names each question that is wrong, stores nothing and lets the respondent go on", async () => {
    const person = await (await openScene(service())).sit();
    const sessionId = await person.begin();
    const answer = await person.submit(sessionId, { ...lowAnswers, gad1: "0", gad2: [1], age: 3, role: "admin" });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      code: "answers_invalid",
      message: "The answers do not fit the survey",
      detail: [
        { loc: ["body", "data", "gad1"], type: "not_allowed", msg: "is not one of the choices" },
        { loc: ["body", "data", "gad2"], type: "invalid_type" },
        { loc: ["body", "data", "role"], type: "unknown_question" },
      ],
    });
    const second = await person.submit(sessionId, { ...lowAnswers, gad7: undefined, age: 3 });
    expect(second.json().detail).toMatchObject([
      { loc: ["body", "data", "gad7"], type: "missing" },
      { loc: ["body", "data", "age"], type: "invalid_answer", msg: expect.stringContaining("18") },
    ]);
    expect(await storedOf(sessionId)).toEqual([]);
    expect((await person.submit(sessionId, lowAnswers)).statusCode).toBe(200);
  });

  it("ends a check that never ends after a second, while others are served", async () => {
    const endless = { elements: [{ type: "text", name: "a", validators: [{ type: "regex", regex: "^(a+)+$" }] }] };
    const slow = await (await openScene(service(), { definition: endless })).sit();
    const quick = await (await openScene(service())).sit();
    const [slowSession, quickSession] = [await slow.begin(), await quick.begin()];
    const startedAt = Date.now();
    const [refused, served] = await Promise.all([
      slow.submit(slowSession, { a: `${"a".repeat(40)}!` }),
      quick.submit(quickSession, lowAnswers),
    ]);
    expect(refused.json()).toMatchObject({ status: 422, detail: [{ loc: ["body", "data"], type: "too_complex" }] });
    expect(served.statusCode).toBe(200);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    expect((await slow.submit(slowSession, { a: "aaa" })).statusCode).toBe(200);
  });

  it("refuses what no survey can have before it looks at the survey", async () => {
    const person = await (await openScene(service())).sit();
    const answer = await person.submit(await person.begin(), { gad1: "\0" });
    expect(answer.json()).toMatchObject({ code: "answers_invalid", detail: [{ type: "text_not_storable" }] });
  });
});

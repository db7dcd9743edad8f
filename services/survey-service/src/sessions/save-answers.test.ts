import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { lowAnswers, openScene } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now });
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

describe("200", () => {
  it("makes the session in_progress at the first save, and says so once", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    const first = await person.save(sessionId, { gad1: 1 });
    expect(first.statusCode).toBe(200);
    expect(first.json()).toMatchObject({ sessionId, status: "in_progress", sequence: 3, data: { gad1: 1 } });
    const second = await person.save(sessionId, { gad1: 2, gad2: 0 });
    expect(second.json()).toMatchObject({ status: "in_progress", sequence: 3, data: { gad1: 2, gad2: 0 } });
    expect(await scene.eventsOf(sessionId)).toEqual([
      "session.created created 1",
      "session.opened opened 2",
      "session.started in_progress 3",
    ]);
  });

  it("answers the same from GET, and replaces what was there", async () => {
    const person = await (await openScene(service())).sit();
    const sessionId = await person.begin();
    await person.save(sessionId, { gad1: 1, gad2: 1 });
    await person.save(sessionId, { gad3: 3 });
    const found = await person.get("/session");
    expect(found.statusCode).toBe(200);
    expect(found.json()).toMatchObject({ sessionId, status: "in_progress", data: { gad3: 3 } });
  });

  it("starts once when twenty saves come at once", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    const saves = await Promise.all(Array.from({ length: 20 }, (_, index) => person.save(sessionId, { gad1: index })));
    expect(new Set(saves.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(new Set(saves.map((answer) => answer.json().sequence))).toEqual(new Set([3]));
    expect(await scene.eventsOf(sessionId)).toHaveLength(3);
  });

  it("keeps answers that are not complete, and not yet right", async () => {
    const person = await (await openScene(service())).sit();
    const data = { gad1: 9, difficulty: "hidden", half: { a: [1, { b: null }] }, "": "ü\u2028😀" };
    const sessionId = await person.begin();
    expect((await person.save(sessionId, data)).statusCode).toBe(200);
    expect((await person.get("/session")).json().data).toEqual(data);
  });

  it("takes a body of just under 1 MiB", async () => {
    const person = await (await openScene(service())).sit();
    expect((await person.save(await person.begin(), { text: "x".repeat(1_048_000) })).statusCode).toBe(200);
  });
});

describe("400", () => {
  it.each([
    ["no JSON", "{", "malformed_json"],
    [
      "a key that would change prototypes",
      `{"sessionId":"${randomUUID()}","data":{"__proto__":{"x":1}}}`,
      "malformed_json",
    ],
    [
      "another such key",
      `{"sessionId":"${randomUUID()}","data":{"a":{"constructor":{"prototype":1}}}}`,
      "malformed_json",
    ],
    ["no members", "{}", "invalid_input"],
    ["a list of answers", `{"sessionId":"${randomUUID()}","data":[]}`, "invalid_input"],
    ["a text for answers", `{"sessionId":"${randomUUID()}","data":"x"}`, "invalid_input"],
    ["null for answers", `{"sessionId":"${randomUUID()}","data":null}`, "invalid_input"],
    ["a session that is no id", `{"sessionId":"1","data":{}}`, "invalid_input"],
    ["an unknown member", `{"sessionId":"${randomUUID()}","data":{},"status":"completed"}`, "invalid_input"],
  ])("refuses %s", async (_what, payload, code) => {
    const scene = await openScene(service());
    const { headers } = await scene.sit();
    const url = `/surveys/${scene.slug}/session`;
    const answer = await service().app.inject({
      method: "PUT",
      url,
      headers: { ...headers, "content-type": "application/json" },
      payload,
    });
    expect(answer.json()).toMatchObject({ status: 400, code, message: expect.any(String) });
  });
});

describe("403", () => {
  it("keeps nothing before the end when the survey says so", async () => {
    const scene = await openScene(service(), { settings: { session: { store: false } } });
    const person = await scene.sit();
    const sessionId = await person.begin();
    expect((await person.save(sessionId, { gad1: 1 })).json()).toMatchObject({ status: 403, code: "forbidden" });
    expect((await person.get("/session")).json()).toMatchObject({ status: 403, code: "forbidden" });
    expect((await person.get("/parameters")).json()).toMatchObject({ session: { store: false } });
    expect((await person.submit(sessionId, lowAnswers)).statusCode).toBe(200);
    expect(await scene.eventsOf(sessionId)).toEqual([
      "session.created created 1",
      "session.opened opened 2",
      "submission.created completed 3",
      "session.completed completed 3",
    ]);
  });

  it("keeps nothing more once the survey is suspended", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await person.save(sessionId, { gad1: 1 });
    await scene.change({ state: "suspended" });
    expect((await person.save(sessionId, { gad1: 2 })).json()).toMatchObject({ code: "survey_not_active" });
    await scene.change({ state: "active" });
    expect((await person.get("/session")).json()).toMatchObject({ data: { gad1: 1 } });
  });
});

describe("404", () => {
  it("knows no session that does not exist, and none of somebody else", async () => {
    const scene = await openScene(service());
    const [one, other] = [await scene.sit(), await scene.sit()];
    const sessionId = await one.begin();
    for (const id of [randomUUID(), sessionId]) {
      expect((await other.save(id, {})).json()).toMatchObject({ status: 404, code: "session_not_found" });
    }
    expect((await one.get("/session")).json()).toMatchObject({ data: {}, status: "opened" });
  });

  it("is what GET answers when nothing is under way", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const person = await scene.sit();
    expect((await person.get("/session")).json()).toMatchObject({ code: "session_not_found" });
    const sessionId = await person.begin();
    later(60);
    expect((await person.get("/session")).json()).toMatchObject({ code: "session_not_found" });
    expect(await scene.eventsOf(sessionId), "reading writes nothing").toHaveLength(2);
  });
});

describe("409", () => {
  it("refuses saves to a session that has ended, however it ended", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const [cancelling, completing, slow] = [await scene.sit(), await scene.sit(), await scene.sit()];
    const cancelled = await cancelling.begin();
    await cancelling.cancel(cancelled);
    const completed = await completing.begin();
    await completing.submit(completed, lowAnswers);
    const expired = await slow.begin();
    later(60);
    const answers = [
      await cancelling.save(cancelled, { gad1: 1 }),
      await completing.save(completed, { gad1: 1 }),
      await slow.save(expired, { gad1: 1 }),
      await slow.save(expired, { gad1: 1 }),
    ];
    for (const answer of answers) expect(answer.json()).toMatchObject({ status: 409, code: "session_closed" });
    expect((await scene.eventsOf(expired)).at(-1)).toBe("session.expired expired 3");
    const { rows } = await service().db.pool.query("SELECT data FROM sessions WHERE session_id = ANY($1)", [
      [cancelled, completed, expired],
    ]);
    expect(rows, "an ended session holds no answers").toEqual([{ data: {} }, { data: {} }, { data: {} }]);
  });
});

describe("413", () => {
  it("refuses a body of 2 MB", async () => {
    const person = await (await openScene(service())).sit();
    const answer = await person.save(await person.begin(), { text: "x".repeat(2_000_000) });
    expect(answer.json()).toMatchObject({ status: 413, code: "body_too_large" });
  });
});

describe("422", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

  it.each([
    ["nesting", nested(20), "too_deep"],
    ["a flood of values", { a: Array(30_000).fill(0) }, "too_many_values"],
    ["a long key", { ["k".repeat(300)]: 1 }, "key_too_long"],
    ["a NUL", { a: "x\0y" }, "text_not_storable"],
    ["half a surrogate pair", { a: "\ud800" }, "text_not_storable"],
  ])("refuses %s", async (_what, data, type) => {
    const person = await (await openScene(service())).sit();
    const answer = await person.save(await person.begin(), data);
    expect(answer.json()).toMatchObject({
      status: 422,
      code: "answers_invalid",
      detail: [{ loc: ["body", "data"], type }],
    });
  });

  it("refuses a number beyond all bounds, saved and handed in", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const headers = { ...person.headers, "content-type": "application/json" };
    const body = `{"sessionId":"${await person.begin()}","data":{"gad1":1e400}}`;
    for (const [method, path] of [
      ["PUT", "session"],
      ["POST", "submission"],
    ] as const) {
      const answer = await service().app.inject({ method, url: `/surveys/${scene.slug}/${path}`, headers, body });
      expect(answer.json()).toMatchObject({
        status: 422,
        code: "answers_invalid",
        detail: [{ type: "number_not_storable" }],
      });
    }
  });
});

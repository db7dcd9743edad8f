import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { lowAnswers, openScene } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now });

describe("204", () => {
  it("ends the session, erases its answers and says so once, however often it is asked", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await person.save(sessionId, { gad1: 1 });
    const answers = await Promise.all(Array.from({ length: 10 }, () => person.cancel(sessionId)));
    for (const answer of answers) {
      expect(answer.statusCode).toBe(204);
      expect(answer.body).toBe("");
    }
    expect((await scene.eventsOf(sessionId)).slice(2)).toEqual([
      "session.started in_progress 3",
      "session.cancelled cancelled 4",
    ]);
    const { rows } = await service().db.pool.query("SELECT data, status FROM sessions WHERE session_id = $1", [
      sessionId,
    ]);
    expect(rows).toEqual([{ data: {}, status: "cancelled" }]);
    expect((await person.get("/session")).statusCode).toBe(404);
    expect((await person.start()).json()).toMatchObject({ status: "opened", data: {} });
  });

  it("lets people out of a survey that is suspended", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    const sessionId = await person.begin();
    await scene.change({ state: "suspended" });
    expect((await person.cancel(sessionId)).statusCode).toBe(204);
  });
});

describe("400", () => {
  it("refuses no id, and what is no id", async () => {
    const scene = await openScene(service());
    const { headers } = await scene.sit();
    for (const query of ["", "?sessionId=1", `?sessionId=${randomUUID()}&more=1`]) {
      const url = `/surveys/${scene.slug}/session${query}`;
      expect((await service().app.inject({ method: "DELETE", url, headers })).statusCode).toBe(400);
    }
  });
});

describe("401", () => {
  it("refuses strangers", async () => {
    const scene = await openScene(service());
    const url = `/surveys/${scene.slug}/session?sessionId=${randomUUID()}`;
    expect((await service().app.inject({ method: "DELETE", url })).statusCode).toBe(401);
  });
});

describe("404", () => {
  it("knows no session of somebody else", async () => {
    const scene = await openScene(service());
    const [one, other] = [await scene.sit(), await scene.sit()];
    const sessionId = await one.begin();
    expect((await other.cancel(sessionId)).json()).toMatchObject({ status: 404, code: "session_not_found" });
    expect((await one.get("/session")).statusCode).toBe(200);
  });
});

describe("409", () => {
  it("refuses what has been handed in or has run out", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const [done, slow] = [await scene.sit(), await scene.sit()];
    const completed = await done.begin();
    await done.submit(completed, lowAnswers);
    const expired = await slow.begin();
    now = new Date(now.getTime() + 60_000);
    expect((await done.cancel(completed)).json()).toMatchObject({ status: 409, code: "session_closed" });
    expect((await slow.cancel(expired)).json()).toMatchObject({ status: 409, code: "session_closed" });
    expect((await scene.eventsOf(expired)).at(-1)).toBe("session.expired expired 3");
  });
});

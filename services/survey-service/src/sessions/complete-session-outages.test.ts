import { setTimeout as wait } from "node:timers/promises";
import { openDatabase } from "@roundtrip/database/database";
import { BusUnavailable } from "@roundtrip/event-bus/bus-unavailable";
import type { EventBus, OutgoingEvent } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { startCuttableProxy, throughProxy } from "@roundtrip/test-harness/cuttable-proxy";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { describe, expect, it } from "vitest";
import { openSurveyService } from "../test/open-survey-service.ts";
import { lowAnswers, openScene } from "../test/session-scene.ts";

const { database } = useTestDatabase("survey");

const until = async (condition: () => Promise<boolean> | boolean) => {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it did not happen within 15 s");
    await wait(10);
  }
};

describe("handing in while the database is cut off", () => {
  it("answers 503 with Retry-After, stores nothing by halves, and loses nothing that was acknowledged", async () => {
    const proxy = await startCuttableProxy(Number(new URL(database().url).port));
    const opened = await openSurveyService(throughProxy(database().url, proxy));
    const direct = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    const scene = await openScene({ ...opened, db: direct });
    const people = await Promise.all(Array.from({ length: 60 }, () => scene.sit()));
    const sessions = await Promise.all(people.map((person) => person.begin()));
    const counts = async () =>
      (
        await direct.pool.query(
          `SELECT (SELECT count(*)::int FROM submissions) AS submissions,
             (SELECT count(*)::int FROM sessions WHERE status = 'completed' AND ended_at IS NOT NULL AND data = '{}') AS sessions,
             (SELECT count(*)::int FROM outbox WHERE type = 'survey.session.completed.v1') AS completed,
             (SELECT count(*)::int FROM outbox WHERE type = 'survey.submission.created.v1') AS created`,
        )
      ).rows[0];
    const submitAll = () =>
      Promise.all(people.map((person, index) => person.submit(sessions[index] ?? "", lowAnswers)));

    const first = submitAll();
    await until(async () => (await counts()).submissions > 5);
    proxy.cut();
    const answers = await first;
    const refused = answers.filter((answer) => answer.statusCode !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.json()).toMatchObject({ status: 503, code: "dependency_unavailable", message: expect.any(String) });
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    const { submissions, ...others } = await counts();
    expect(others).toEqual({ sessions: submissions, completed: submissions, created: submissions });
    expect(submissions).toBeGreaterThanOrEqual(60 - refused.length);

    proxy.mend();
    const again = await submitAll();
    expect(new Set(again.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(await counts()).toEqual({ submissions: 60, sessions: 60, completed: 60, created: 60 });
    for (const [index, answer] of answers.entries()) {
      if (answer.statusCode === 200) expect(again[index]?.json().submission).toEqual(answer.json().submission);
    }
    await opened.close();
    await direct.close();
    await proxy.close();
  });
});

describe("handing in while the bus is away", () => {
  it("works, and the events leave when it is back, each once and in its final bytes", async () => {
    const real = createInProcessEventBus();
    const published: OutgoingEvent[] = [];
    let away = true;
    const assertThere = () => {
      if (away) throw new BusUnavailable();
    };
    const bus: EventBus = {
      ...real,
      publish: async (message) => {
        assertThere();
        published.push(message);
        await real.publish(message);
      },
      streamPosition: async () => {
        assertThere();
        return real.streamPosition();
      },
    };
    const opened = await openSurveyService(database().url, { bus, workers: true });
    const direct = openDatabase({ url: database().url, name: "test", poolSizeMax: 2 });
    const scene = await openScene({ ...opened, db: direct });
    const person = await scene.sit();
    const sessionId = await person.begin();
    expect((await person.save(sessionId, { gad1: 1 })).statusCode).toBe(200);
    expect((await person.submit(sessionId, lowAnswers)).statusCode).toBe(200);
    const mine = () => published.filter((message) => message.body.includes(sessionId));
    await wait(400);
    expect(mine()).toEqual([]);
    away = false;
    await until(() => mine().length === 5);
    const { rows } = await direct.pool.query("SELECT body FROM outbox WHERE body LIKE $1 ORDER BY id", [
      `%${sessionId}%`,
    ]);
    expect(
      mine()
        .map((message) => message.body)
        .sort(),
    ).toEqual(rows.map((row) => row.body).sort());
    await opened.close();
    await real.close();
    await direct.close();
  });
});

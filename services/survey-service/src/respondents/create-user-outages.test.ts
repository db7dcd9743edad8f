import { setTimeout as wait } from "node:timers/promises";
import { respondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import { openDatabase } from "@roundtrip/database/database";
import { BusUnavailable } from "@roundtrip/event-bus/bus-unavailable";
import type { EventBus, OutgoingEvent } from "@roundtrip/event-bus/event-bus";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { startCuttableProxy, throughProxy } from "@roundtrip/test-harness/cuttable-proxy";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { describe, expect, it } from "vitest";
import { openSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

describe("create-user while a part is away", () => {
  const { database } = useTestDatabase("survey");

  const until = async (condition: () => Promise<boolean> | boolean) => {
    const end = Date.now() + 10_000;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error("it did not happen within 10 s");
      await wait(20);
    }
  };

  it("answers 503 with Retry-After while the database is away, writes nothing by halves, and goes on when it is back", async () => {
    const { url } = database();
    const proxy = await startCuttableProxy(Number(new URL(url).port));
    const service = await openSurveyService(throughProxy(url, proxy));
    const direct = openDatabase({ url, name: "test", poolSizeMax: 2 });
    const survey = await createTestSurvey(service.app, service.callers.workspace());
    const rows = async () =>
      (
        await direct.pool.query(
          `SELECT (SELECT count(*)::int FROM respondents) AS respondents, (SELECT count(*)::int FROM users) AS users,
                  (SELECT count(*)::int FROM outbox WHERE type = 'survey.respondent.created.v1') AS events`,
        )
      ).rows[0];

    // The cut comes while calls are under way: each of them is either whole or not there.
    const calls = Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        await wait(index % 20);
        return survey.createUser({ username: `user-${index}` });
      }),
    );
    await until(async () => (await rows()).respondents > 20);
    proxy.cut();
    const answers = await calls;
    const refused = answers.filter((answer) => answer.statusCode !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.json()).toMatchObject({ status: 503, code: "dependency_unavailable", message: expect.any(String) });
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      expect(answer.body).not.toMatch(/ECONN|terminated|respondents|SELECT/i);
    }
    const { respondents, users, events } = await rows();
    expect([users, events]).toEqual([respondents, respondents]);
    // A commit whose answer was cut off may be there; a call that was answered always is.
    expect(respondents).toBeGreaterThanOrEqual(200 - refused.length);

    proxy.mend();
    const again = await Promise.all(answers.map((_answer, index) => survey.createUser({ username: `user-${index}` })));
    expect(new Set(again.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(await rows()).toEqual({ respondents: 200, users: 200, events: 200 });
    for (const [index, answer] of answers.entries()) {
      if (answer.statusCode === 200) expect(again[index]?.json()).toEqual(answer.json());
    }
    await service.close();
    await direct.close();
    await proxy.close();
  });

  it("works while the bus is away, and the events leave when it is back", async () => {
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
    const service = await openSurveyService(database().url, { bus, workers: true });
    const survey = await createTestSurvey(service.app, service.callers.workspace());
    const answer = await survey.createUser({ username: "while-away" });
    expect(answer.statusCode).toBe(200);
    const ofThisUser = () =>
      published.filter((message) => message.body.includes(answer.json().userId)).map((message) => message.subject);
    await wait(400);
    expect(ofThisUser()).toEqual([]);
    away = false;
    await until(() => ofThisUser().length === 3);
    expect(ofThisUser().sort()).toEqual([
      "survey.respondent-credential.changed.v1",
      "survey.respondent.created.v1",
      "survey.user.created.v1",
    ]);
    const asked = await bus.request(
      respondentCredential.subject,
      JSON.stringify({ survey: survey.slug, username: "while-away" }),
      2_000,
    );
    expect(JSON.parse(asked)).toMatchObject({ credential: { user_id: answer.json().userId } });
    await service.close();
    await bus.close();
  });
});

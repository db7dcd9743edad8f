import { randomUUID } from "node:crypto";
import { Submission } from "@roundtrip/contracts/survey/submission";
import { submissionsById } from "@roundtrip/contracts/survey/submissions.rpc";
import { Value } from "typebox/value";
import { describe, expect, it, vi } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { highAnswers, lowAnswers, openScene, type SessionScene, type Sitting } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now, workers: true });

const handIn = async (person: Sitting, data = lowAnswers): Promise<string> => {
  const answer = await person.submit(await person.begin(), data);
  expect(answer.statusCode).toBe(200);
  return answer.json().submission.id;
};

const list = async (scene: SessionScene, query = "") => {
  const answer = await scene.ask("GET", `/v2/submissions${query}`);
  expect(answer.statusCode).toBe(200);
  return answer.json();
};

/**
 * The list ends before the oldest write under way in the whole cluster (see `submission.store.ts`), and other test files
 * write to theirs: waits until what this file has stored lies behind that line.
 */
const settled = () =>
  vi.waitFor(
    async () => {
      const { rows } = await service().db.pool.query(
        "SELECT coalesce(max(tx_id) < pg_snapshot_xmin(pg_current_snapshot()), true) AS settled FROM submissions",
      );
      expect(rows).toEqual([{ settled: true }]);
    },
    { timeout: 15_000, interval: 20 },
  );

const listSettled = async (scene: SessionScene, query = "") => {
  await settled();
  return list(scene, query);
};

const idsOf = (page: { data: { submission_id: string }[] }) => page.data.map((item) => item.submission_id);

describe("GET /v2/submissions/{id}", () => {
  it("200: answers what was handed in, with its scores", async () => {
    now = new Date("2026-03-02T10:00:00.000Z");
    const scene = await openScene(service());
    const person = await scene.sit({ username: "ada" });
    const sessionId = await person.begin();
    now = new Date("2026-03-02T10:05:00.000Z");
    const submitted = await person.submit(sessionId, { ...highAnswers, difficulty: "some" });
    const answer = await scene.ask("GET", `/v2/submissions/${submitted.json().submission.id}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      submission_id: submitted.json().submission.id,
      survey: scene.slug,
      user_id: person.userId,
      external_user_id: null,
      username: "ada",
      session_id: sessionId,
      status: "completed",
      data: { ...highAnswers, difficulty: "some" },
      scores: { score: 14 },
      started_at: "2026-03-02T10:00:00.000Z",
      completed_at: "2026-03-02T10:05:00.000Z",
    });
  });

  it("401 without a key, 403 without the scope, 404 in another workspace, 422 for what is no id", async () => {
    const scene = await openScene(service());
    const url = `/v2/submissions/${await handIn(await scene.sit())}`;
    const { app, callers } = service();
    const as = async (headers: object) => (await app.inject({ method: "GET", url, headers: { ...headers } })).json();
    expect(await as({})).toMatchObject({ status: 401, code: "unauthorized" });
    expect(await as((await scene.sit()).headers), "a respondent").toMatchObject({ status: 403 });
    expect(await as(scene.workspace.keyWith("sessions:read", "submissions:write"))).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    expect(await as(scene.workspace.keyWith("submissions:read"))).toMatchObject({ survey: scene.slug });
    expect(await as(await scene.workspace.staff("viewer"))).toMatchObject({ survey: scene.slug });
    expect(await as(callers.workspace().headers)).toMatchObject({ status: 404, code: "submission_not_found" });
    expect((await scene.ask("GET", `/v2/submissions/${randomUUID()}`)).statusCode).toBe(404);
    expect((await scene.ask("GET", "/v2/submissions/1")).json()).toMatchObject({
      status: 422,
      detail: [{ loc: [expect.any(String), "submission_id"] }],
    });
  });
});

describe("GET /v2/submissions", () => {
  it("200: lists the workspace's own, and is readable at once", async () => {
    const scene = await openScene(service());
    const foreign = await openScene(service());
    await handIn(await foreign.sit());
    const mine = [await handIn(await scene.sit()), await handIn(await scene.sit())];
    expect(idsOf(await listSettled(scene))).toEqual(mine);
  });

  it("200: filters by survey, person and time", async () => {
    const workspace = service().callers.workspace();
    const [one, other] = [await openScene(service(), { workspace }), await openScene(service(), { workspace })];
    const [ada, bob] = [await one.sit(), await one.sit()];
    now = new Date("2026-03-02T10:00:00.000Z");
    const first = await handIn(ada);
    now = new Date("2026-03-02T11:00:00.000Z");
    const second = await handIn(bob);
    now = new Date("2026-03-02T12:00:00.000Z");
    const third = await handIn(await other.sit());
    await service().db.pool.query("UPDATE users SET external_user_id = 'pat/1 & ü' WHERE user_id = $1", [bob.userId]);
    const found = async (query: string) => idsOf(await listSettled(one, query));
    expect(await found(`?survey=${one.slug}`)).toEqual([first, second]);
    expect(await found(`?survey=${one.slug.toUpperCase()}`)).toEqual([first, second]);
    expect(await found(`?survey=${other.surveyId}`)).toEqual([third]);
    expect(await found("?survey=no-such-survey")).toEqual([]);
    expect(await found(`?user_id=${ada.userId}`)).toEqual([first]);
    expect(await found(`?external_user_id=${encodeURIComponent("pat/1 & ü")}`)).toEqual([second]);
    expect(await found(`?external_user_id=${encodeURIComponent("pat/1 & ü")}&user_id=${ada.userId}`)).toEqual([]);
    expect(await found("?since=2026-03-02T11:00:00.000Z")).toEqual([second, third]);
    expect(await found("?until=2026-03-02T11:00:00.000Z")).toEqual([first]);
    expect(await found("?since=2026-03-02T11:00:00.000Z&until=2026-03-02T11:00:00.001Z")).toEqual([second]);
  });

  it("200: cuts pages that follow one another", async () => {
    const scene = await openScene(service());
    const people = await Promise.all(Array.from({ length: 5 }, () => scene.sit()));
    const ids = await Promise.all(people.map((person) => handIn(person)));
    const pages = [await listSettled(scene, "?limit=2")];
    while (pages.at(-1)?.next) pages.push(await list(scene, `?limit=2&after=${pages.at(-1)?.next}`));
    expect(pages.map((page) => page.data.length)).toEqual([2, 2, 1]);
    expect(pages.flatMap(idsOf).sort()).toEqual([...ids].sort());
    expect((await list(scene, "?limit=5")).next).toBeNull();
  });

  it("neither misses nor repeats one that began early and is stored late", async () => {
    const scene = await openScene(service());
    const [early, late] = [await scene.sit(), await scene.sit()];
    const [earlySession, lateSession] = [await early.begin(), await late.begin()];
    const client = await service().db.pool.connect();
    // The early one is written, with the smaller id and the earlier time, and not committed for a while.
    await client.query("BEGIN");
    await client.query(
      `INSERT INTO submissions (submission_id, session_id, workspace_id, survey_id, respondent_id, user_id, definition_version, status, data, started_at, completed_at)
       VALUES ('00000000-0000-7000-8000-000000000001', $1, $2, $3, $4, $5, 2, 'completed', '{}', '2020-01-01', '2020-01-01')`,
      [earlySession, scene.workspace.workspaceId, scene.surveyId, early.respondentId, early.userId],
    );
    await late.submit(lateSession, lowAnswers);
    const before = await list(scene);
    await client.query("COMMIT");
    client.release();
    const after = await listSettled(scene, before.next === null ? "" : `?after=${before.next}`);
    expect(before.data, "what may still be overtaken is not shown yet").toEqual([]);
    expect(after.data).toHaveLength(2);
  });

  it("gives every submission exactly once to a reader who follows while they are handed in", async () => {
    const scene = await openScene(service());
    const people = await Promise.all(Array.from({ length: 40 }, () => scene.sit()));
    const sessions = await Promise.all(people.map((person) => person.begin()));
    let storing = true;
    const writing = Promise.all(
      people.map((person, index) => person.submit(sessions[index] ?? "", lowAnswers)),
    ).finally(() => {
      storing = false;
    });
    const read: string[] = [];
    let after = "";
    for (let last = false; !last; ) {
      last = !storing;
      const page = await (last ? listSettled : list)(scene, `?limit=3${after}`);
      // A reader who has come to the end asks again from the last cursor; only full pages move it on.
      if (page.next === null) {
        if (last) read.push(...idsOf(page));
        continue;
      }
      read.push(...idsOf(page));
      after = `&after=${page.next}`;
      last = false;
    }
    const ids = (await writing).map((answer) => answer.json().submission.id);
    expect([...read].sort()).toEqual(ids.sort());
  });

  it.each([
    ["limit", "0"],
    ["limit", "201"],
    ["limit", "ten"],
    ["after", "nonsense"],
    ["after", "MTox"],
    ["user_id", "1"],
    ["since", "yesterday"],
    ["until", "2026-03-02"],
    ["external_user_id", ""],
    ["external_user_id", "a%00"],
    ["survey", "%00"],
    ["sort", "asc"],
  ])("422: refuses %s=%s and says where", async (name, value) => {
    const scene = await openScene(service());
    const answer = await scene.ask("GET", `/v2/submissions?${name}=${value}`);
    expect(answer.json()).toMatchObject({ status: 422, code: "invalid_request" });
    const places = answer.json().detail.map((fault: { loc: readonly string[] }) => fault.loc.join("."));
    expect([...new Set(places)]).toEqual([`query.${name}`]);
  });

  it("401 without a key, 403 without the scope", async () => {
    const scene = await openScene(service());
    const get = (headers: object) =>
      service().app.inject({ method: "GET", url: "/v2/submissions", headers: { ...headers } });
    expect((await get({})).statusCode).toBe(401);
    expect((await get(scene.workspace.keyWith("surveys:read"))).statusCode).toBe(403);
  });
});

describe("rpc.survey.submissions", () => {
  const ask = async (request: object) =>
    JSON.parse(await service().bus.request(submissionsById.subject, JSON.stringify(request), 2_000));

  it("answers the same objects, leaves out what is unknown or of another workspace", async () => {
    const scene = await openScene(service());
    const foreign = await openScene(service());
    const mine = await handIn(await scene.sit());
    const theirs = await handIn(await foreign.sit());
    const reply = await ask({
      workspace_id: scene.workspace.workspaceId,
      submission_ids: [theirs, mine, randomUUID()],
    });
    expect(reply).toEqual({ submissions: [(await scene.ask("GET", `/v2/submissions/${mine}`)).json()] });
    expect(Value.Check(Submission, reply.submissions[0])).toBe(true);
  });

  it("refuses another question", async () => {
    await expect(ask({ submission_ids: [] })).rejects.toThrow();
  });
});

import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

describe("POST /v2/surveys/{survey}/jwt-secret", () => {
  let now = new Date("2026-06-15T12:00:00Z");
  const later = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1_000);
  };
  const { service } = useSurveyService({ clock: () => now });
  const open = async () => {
    const workspace = service().callers.workspace();
    const survey = await createTestSurvey(service().app, workspace);
    const rotate = (body: object = {}, headers = workspace.headers) =>
      service().app.inject({ method: "POST", url: `/v2/surveys/${survey.slug}/jwt-secret`, headers, body });
    const status = async (secret: string) =>
      (await survey.createUser(await survey.sign({ username: "a" }, { secret }))).statusCode;
    return { ...survey, workspace, rotate, status };
  };

  it("201: makes a secret of 256 bits, shows it once and seals what it keeps", async () => {
    const { rotate, status, surveyId } = await open();
    const answer = await rotate();
    expect(answer.statusCode).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { secret } = answer.json();
    expect(answer.json()).toEqual({
      secret_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      created_at: now.toISOString(),
    });
    expect(await status(secret)).toBe(200);
    const stored = await service().db.pool.query("SELECT * FROM survey_secrets WHERE survey_id = $1", [surveyId]);
    expect(stored.rows).toHaveLength(2);
    expect(JSON.stringify(stored.rows)).not.toContain(secret);
  });

  it("201: makes one without a body too, which ends the old one at once", async () => {
    const { workspace, slug, secret, status } = await open();
    const url = `/v2/surveys/${slug}/jwt-secret`;
    const bare = await service().app.inject({ method: "POST", url, headers: workspace.headers });
    expect(bare.statusCode).toBe(201);
    expect([await status(secret), await status(bare.json().secret)]).toEqual([403, 200]);
    const headers = { ...workspace.headers, "content-type": "application/json" };
    expect((await service().app.inject({ method: "POST", url, headers, body: "" })).statusCode).toBe(201);
  });

  it("201: takes a secret of one's own, as its UTF-8 bytes", async () => {
    const { rotate, status } = await open();
    const secret = "ünïcödé-sécrèt-✓✓✓✓-of-32-bytes";
    expect((await rotate({ secret })).json().secret).toBe(secret);
    expect(await status(secret)).toBe(200);
  });

  it("ends the old secret at once without an overlap", async () => {
    const { rotate, status, secret } = await open();
    expect(await status(secret)).toBe(200);
    await rotate();
    expect(await status(secret)).toBe(403);
  });

  it("takes both during the overlap, and the new one only after it", async () => {
    const { rotate, status, secret } = await open();
    const next = (await rotate({ overlap_seconds: 60 })).json().secret;
    later(59);
    expect([await status(secret), await status(next)]).toEqual([200, 200]);
    later(1);
    expect([await status(secret), await status(next)]).toEqual([403, 200]);
  });

  it("never lengthens the life of a secret that is on its way out", async () => {
    const { rotate, status, secret } = await open();
    await rotate({ overlap_seconds: 10 });
    await rotate({ overlap_seconds: 600 });
    later(11);
    expect(await status(secret)).toBe(403);
  });

  it("never hands a secret out again", async () => {
    const { workspace, secret, slug } = await open();
    for (const url of ["/v2/surveys", `/v2/surveys/${slug}`, `/surveys/${slug}`]) {
      expect((await service().app.inject({ url, headers: workspace.headers })).body).not.toContain(secret);
    }
  });

  it.each([
    ["31 bytes", { secret: "x".repeat(31) }, "secret"],
    ["half a character", { secret: `${"x".repeat(40)}\ud800` }, "secret"],
    ["an overlap over a week", { overlap_seconds: 604_801 }, "overlap_seconds"],
    ["an overlap before now", { overlap_seconds: -1 }, "overlap_seconds"],
    ["an unknown member", { key: "x" }, "key"],
  ])("422: %s", async (_name, body, member) => {
    const { rotate } = await open();
    const answer = await rotate(body);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().detail).toMatchObject([{ loc: ["body", member] }]);
  });

  it("403: viewers, and keys that may only read", async () => {
    const { rotate, workspace } = await open();
    expect((await rotate({}, await workspace.staff("viewer"))).statusCode).toBe(403);
    expect((await rotate({}, workspace.keyWith("surveys:read"))).statusCode).toBe(403);
  });
});

import { createHash } from "node:crypto";
import { respondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

describe("respondents", () => {
  let now = new Date("2026-06-15T12:00:00Z");
  const { service } = useSurveyService({ clock: () => now, workers: true });
  const open = async (settings?: Parameters<typeof createTestSurvey>[2]) => {
    const workspace = service().callers.workspace();
    const survey = await createTestSurvey(service().app, workspace, settings);
    const get = (path: string, headers = workspace.headers) =>
      service().app.inject({ url: `/v2/surveys/${survey.slug}/respondents${path}`, headers });
    return { ...survey, workspace, get };
  };
  const ask = async (request: object) =>
    JSON.parse(await service().bus.request(respondentCredential.subject, JSON.stringify(request), 2_000)).credential;
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  describe("GET /v2/surveys/{survey}/respondents", () => {
    it("200: lists them page by page, without what signs them in", async () => {
      const { createUser, get } = await open();
      for (const username of ["c", "a", "b"]) await createUser({ username, name: username.toUpperCase() });
      const first = (await get("?limit=2")).json();
      const second = (await get(`?limit=2&after=${first.next}`)).json();
      const all = [...first.data, ...second.data];
      expect(all.map((respondent) => [respondent.username, respondent.name])).toEqual([
        ["c", "C"],
        ["a", "A"],
        ["b", "B"],
      ]);
      expect(second.next).toBeNull();
      expect(all[0]).not.toHaveProperty("auth_token");
    });

    it("403: a key without the scope", async () => {
      const { get, workspace } = await open();
      expect((await get("", workspace.keyWith("surveys:read"))).statusCode).toBe(403);
    });
  });

  describe("GET /v2/surveys/{survey}/respondents/{username}", () => {
    it("200: derives the same token and the same addresses again", async () => {
      const { createUser, get, slug, surveyId } = await open();
      const username = "a/b c+d?é";
      const customFields = [{ name: "site", value: "north", public: true }];
      const made = (
        await createUser({ username, name: "Anna", customFields, password: "Correct-horse-1" }, "?expand=urls")
      ).json();
      const answer = await get(`/${encodeURIComponent(username)}`);
      expect(answer.headers["cache-control"]).toBe("no-store");
      expect(answer.json()).toEqual({
        respondent_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        survey_id: surveyId,
        survey: slug,
        user_id: made.userId,
        external_user_id: null,
        username,
        name: "Anna",
        custom_fields: customFields,
        redirect_url: null,
        has_password: true,
        token_expires_at: null,
        auth_token: made.authToken,
        urls: made.urls,
        created_at: now.toISOString(),
        updated_at: now.toISOString(),
      });
    });

    it("200: hides from viewers what would sign them in as the respondent", async () => {
      const { createUser, get, workspace } = await open();
      const { authToken } = (await createUser({ username: "a" })).json();
      const viewed = await get("/a", await workspace.staff("viewer"));
      expect(viewed.json()).toMatchObject({ username: "a", auth_token: null, urls: null });
      expect(viewed.body).not.toContain(authToken);
      expect((await get("/a", await workspace.staff("admin"))).json().auth_token).toBe(authToken);
    });

    it("404: nobody of that name in this survey", async () => {
      const [one, other] = [await open(), await open()];
      await other.createUser({ username: "a" });
      for (const username of ["a", "%F0%9F%98%80"]) {
        expect((await one.get(`/${username}`)).json()).toMatchObject({ status: 404, code: "respondent_not_found" });
      }
    });
  });

  it("422: a username that nobody can have", async () => {
    const { get } = await open();
    expect((await get("/%00")).json()).toMatchObject({ status: 422, detail: [{ loc: ["path", "username"] }] });
  });

  describe("the credential that auth-service asks for", () => {
    it("is found by the token's digest, and by username with the survey's slug or id", async () => {
      const { createUser, slug, surveyId, workspace } = await open();
      const { authToken, userId } = (await createUser({ username: "a", password: "Correct-horse-1" })).json();
      const byToken = await ask({ token_sha256: sha256(authToken) });
      expect(byToken).toMatchObject({
        workspace_id: workspace.workspaceId,
        survey_id: surveyId,
        survey_slug: slug,
        user_id: userId,
        username: "a",
        token_sha256: sha256(authToken),
        token_expires_at: null,
        password_hash: expect.stringMatching(/^\$argon2id\$/),
        revision: 1,
        deleted: false,
      });
      expect(await ask({ survey: slug.toUpperCase(), username: "a" })).toEqual(byToken);
      expect(await ask({ survey: surveyId, username: "a" })).toEqual(byToken);
    });

    it("is the one that was told with the respondent's creation", async () => {
      const { createUser } = await open();
      const { authToken, userId } = (await createUser({ username: "a" })).json();
      const told = await service().db.pool.query(
        "SELECT body FROM outbox WHERE type = 'survey.respondent-credential.changed.v1' AND body LIKE '%' || $1 || '%'",
        [userId],
      );
      expect(told.rows.map((row) => JSON.parse(row.body).data)).toEqual([
        await ask({ token_sha256: sha256(authToken) }),
      ]);
    });

    it("is null for what nobody has", async () => {
      const { slug } = await open();
      expect(await ask({ token_sha256: "0".repeat(64) })).toBeNull();
      expect(await ask({ survey: slug, username: "nobody" })).toBeNull();
      expect(await ask({ survey: "none", username: "nobody" })).toBeNull();
    });
  });

  describe("a token with a life", () => {
    it("expires where the survey says so, and create-user renews it in the second half of its life", async () => {
      const auth_url = { ttl_seconds: 3_600 };
      const { createUser, get, slug } = await open({ user_generation: { mode: "jwt" }, auth_url });
      const expiresAt = async () => (await get("/a")).json().token_expires_at;
      const credential = () => ask({ survey: slug, username: "a" });
      const after = (seconds: number) => {
        now = new Date(now.getTime() + seconds * 1_000);
        return now;
      };
      const first = (await createUser({ username: "a" })).json();
      const firstExpiry = new Date(now.getTime() + 3_600_000).toISOString();
      after(1_700);
      expect((await createUser({ username: "a" })).json()).toEqual(first);
      expect([await expiresAt(), (await credential()).revision]).toEqual([firstExpiry, 1]);
      after(200);
      const again = await Promise.all(Array.from({ length: 5 }, () => createUser({ username: "a" })));
      expect(again.map((answer) => answer.json())).toEqual(again.map(() => first));
      const renewed = new Date(now.getTime() + 3_600_000).toISOString();
      expect(await credential()).toMatchObject({ token_expires_at: renewed, revision: 2 });
      const told = await service().db.pool.query(
        "SELECT body FROM outbox WHERE type = 'survey.respondent-credential.changed.v1' AND body LIKE '%' || $1 || '%' ORDER BY id",
        [first.userId],
      );
      expect(told.rows.map((row) => JSON.parse(row.body).data.revision)).toEqual([1, 2]);
    });
  });
});

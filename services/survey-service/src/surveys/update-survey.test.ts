import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey, smallDefinition } from "../test/test-surveys.ts";

describe("surveys, read and changed", () => {
  let today = new Date("2026-06-15T12:00:00Z");
  const { service } = useSurveyService({ clock: () => today });
  const open = async () => {
    const workspace = service().callers.workspace();
    const survey = await createTestSurvey(service().app, workspace);
    const call = (method: "GET" | "PATCH" | "PUT", path = "", body?: object) =>
      service().app.inject({
        method,
        url: `/v2/surveys/${survey.slug}${path}`,
        headers: workspace.headers,
        ...(body ? { body } : {}),
      });
    return { ...survey, workspace, call };
  };

  describe("PATCH /v2/surveys/{survey}", () => {
    it("200: changes what is given and leaves the rest", async () => {
      const { call } = await open();
      const before = (await call("GET")).json();
      const after = await call("PATCH", "", {
        name: "Another name",
        suspension_reason: "Holidays",
        state: "suspended",
      });
      expect(after.statusCode).toBe(200);
      expect(after.json()).toEqual({
        ...before,
        name: "Another name",
        suspension_reason: "Holidays",
        state: "suspended",
        effective_state: "suspended",
        updated_at: expect.any(String),
      });
      expect((await call("GET")).json()).toEqual(after.json());
      expect((await call("PATCH", "", { suspension_reason: null })).json().suspension_reason).toBeNull();
    });

    it("200: keeps the rules about tokens and the redirect of which a change names one member", async () => {
      const { call } = await open();
      const rules = { require: ["exp"], one_time: true, max_lifetime_seconds: 60 };
      const redirect = { url: "https://clinic.example/", allowed_origins: ["https://clinic.example"] };
      expect((await call("PATCH", "", { settings: { redirect: { timer: 7 } } })).json()).toMatchObject({
        status: 422,
        detail: [{ loc: ["body", "settings", "redirect", "url"], type: "missing" }],
      });
      await call("PATCH", "", { settings: { user_generation: rules, redirect } });
      const changed = await call("PATCH", "", {
        settings: { user_generation: { mode: "jwt" }, redirect: { timer: 7 } },
      });
      expect(changed.json().settings).toMatchObject({
        user_generation: { mode: "jwt", ...rules },
        redirect: { ...redirect, timer: 7 },
      });
      expect((await call("PATCH", "", { settings: { redirect: null } })).json().settings.redirect).toBeNull();
    });

    it("200: merges settings, and the members of each", async () => {
      const { call } = await open();
      await call("PATCH", "", { settings: { limits: { max_per_day: 1, max_total: 5 } } });
      const { settings } = (await call("PATCH", "", { settings: { limits: { max_total: 9 } } })).json();
      expect(settings).toMatchObject({
        limits: { max_per_day: 1, max_total: 9 },
        user_generation: { mode: "jwt" },
        custom_fields: true,
      });
    });

    it("200: loses nothing when ten change different settings at once", async () => {
      const { call } = await open();
      const changes = [
        { personal_identifiers: false },
        { custom_fields: false },
        { limits: { max_total: 2 } },
        { session: { store: false } },
      ];
      await Promise.all(changes.map((settings) => call("PATCH", "", { settings })));
      expect((await call("GET")).json().settings).toMatchObject({
        personal_identifiers: false,
        custom_fields: false,
        limits: { max_total: 2 },
        session: { store: false },
      });
    });

    it("200: says which state counts today", async () => {
      const { call } = await open();
      await call("PATCH", "", { start_date: "2026-07-01", end_date: "2026-07-31" });
      const effective = async (now: string) => {
        today = new Date(now);
        return (await call("GET")).json().effective_state;
      };
      expect([
        await effective("2026-06-30T23:59:59Z"),
        await effective("2026-07-01T00:00:00Z"),
        await effective("2026-08-01T00:00:00Z"),
      ]).toEqual(["notStarted", "active", "completed"]);
    });

    it("reaches create-user at once", async () => {
      const { call, createUser } = await open();
      expect((await createUser({ username: "a" })).statusCode).toBe(200);
      await call("PATCH", "", { settings: { user_generation: { mode: "off" } } });
      expect((await createUser({ username: "a" })).json().code).toBe("user_generation_off");
    });

    it("404: another workspace's survey, which looks like none at all", async () => {
      const { slug, surveyId } = await open();
      const { headers } = service().callers.workspace();
      for (const survey of [slug, surveyId, "none"]) {
        const url = `/v2/surveys/${survey}`;
        const answers = [
          await service().app.inject({ url, headers }),
          await service().app.inject({ method: "PATCH", url, headers, body: { name: "Mine" } }),
          await service().app.inject({ method: "PUT", url: `${url}/definition`, headers, body: smallDefinition }),
          await service().app.inject({ method: "POST", url: `${url}/jwt-secret`, headers, body: {} }),
          await service().app.inject({ url: `${url}/respondents`, headers }),
          await service().app.inject({ url: `${url}/respondents/a`, headers }),
        ];
        for (const answer of answers) expect(answer.json()).toMatchObject({ status: 404, code: "survey_not_found" });
      }
    });

    it("422: a member that no setting has", async () => {
      const { call } = await open();
      for (const member of ["user_generation", "auth_url", "limits", "session", "redirect"]) {
        const answer = await call("PATCH", "", { settings: { [member]: { strange: 1 } } });
        expect(answer.json()).toMatchObject({ status: 422, code: "invalid_request" });
        expect(JSON.stringify(answer.json().detail)).toContain('"strange"');
      }
    });

    it("422: a change that leaves the whole unusable", async () => {
      const { call } = await open();
      const redirect = { url: "https://clinic.example/", allowed_origins: ["https://clinic.example"] };
      expect((await call("PATCH", "", { settings: { redirect }, start_date: "2026-07-01" })).statusCode).toBe(200);
      expect((await call("PATCH", "", { end_date: "2026-06-01" })).statusCode).toBe(422);
      expect(
        (await call("PATCH", "", { settings: { redirect: { ...redirect, allowed_origins: [] } } })).statusCode,
      ).toBe(422);
      expect((await call("PATCH", "", { slug: "other" })).statusCode).toBe(422);
      expect((await call("GET")).json()).toMatchObject({ end_date: null, settings: { redirect } });
    });
  });

  describe("PUT /v2/surveys/{survey}/definition", () => {
    const next = { pages: [{ elements: [{ type: "text", name: "other" }] }] };

    it("200: makes a new version, and leaves the old one as it was", async () => {
      const { call, surveyId } = await open();
      const made = await call("PUT", "/definition", next);
      expect(made.statusCode).toBe(200);
      expect(made.json()).toMatchObject({
        survey_id: surveyId,
        definition_version: 2,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect((await call("GET")).json()).toMatchObject({ definition: next, definition_version: 2 });
      const versions = await service().db.pool.query(
        "SELECT definition FROM survey_versions WHERE survey_id = $1 ORDER BY version",
        [surveyId],
      );
      expect(versions.rows.map((row) => row.definition)).toEqual([smallDefinition, next]);
    });

    it("200: changes nothing when the version in force is sent again", async () => {
      const { call } = await open();
      const first = await call("PUT", "/definition", next);
      expect((await call("PUT", "/definition", next)).json()).toEqual(first.json());
      expect((await call("PUT", "/definition", smallDefinition)).json().definition_version).toBe(3);
    });

    it("200: numbers versions that come at once one after the other", async () => {
      const { call } = await open();
      const definitions = Array.from({ length: 8 }, (_, index) => ({ ...next, title: `Version ${index}` }));
      const answers = await Promise.all(definitions.map((definition) => call("PUT", "/definition", definition)));
      expect(answers.map((answer) => answer.json().definition_version).sort()).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it.each([
      ["a wrapper", { definition: smallDefinition }, ["body", "definition"]],
      ["nothing", {}, ["body"]],
      ["a misspelt member", { element: [] }, ["body"]],
      ["a name with a NUL", { ...next, "a\0": 1 }, ["body", "a\0"]],
      ["a name with half a character", { ...next, "\ud800": 1 }, ["body", "\ud800"]],
    ])("422: %s", async (_name, body, loc) => {
      const { call } = await open();
      const answer = await call("PUT", "/definition", body);
      expect(answer.json()).toMatchObject({ status: 422, code: "definition_invalid", detail: [{ loc }] });
      expect((await call("GET")).json().definition_version).toBe(1);
    });

    it.each([
      ["objects", '{"a":', "}"],
      ["lists", "[", "]"],
    ])("422: ten thousand %s in one another", async (_name, opening, closing) => {
      const { workspace, slug } = await open();
      const headers = { ...workspace.headers, "content-type": "application/json" };
      const body = `{"elements":[{"type":"text","name":"a"}],"x":${opening.repeat(10_000)}1${closing.repeat(10_000)}}`;
      for (const [method, url, given] of [
        ["PUT", `/v2/surveys/${slug}/definition`, body],
        ["POST", "/v2/surveys", `{"slug":"deep-one","name":"x","definition":${body}}`],
      ] as const) {
        const answer = await service().app.inject({ method, url, headers, body: given });
        expect(answer.json()).toMatchObject({ status: 422, code: "definition_invalid" });
        expect(answer.json().detail[0].loc).toContain("x");
      }
    });

    it("422: what cannot be published", async () => {
      const { call } = await open();
      const answer = await call("PUT", "/definition", { navigateToUrl: "https://evil.example" });
      expect(answer.json()).toMatchObject({
        status: 422,
        code: "definition_invalid",
        detail: [{ loc: ["body", "navigateToUrl"] }],
      });
      expect((await call("GET")).json().definition_version).toBe(1);
    });
  });

  describe("GET /v2/surveys", () => {
    it("200: lists the workspace's own, page by page, without definitions", async () => {
      const workspace = service().callers.workspace();
      const slugs = [];
      for (let index = 0; index < 5; index += 1) slugs.push((await createTestSurvey(service().app, workspace)).slug);
      await open();
      const seen: string[] = [];
      let next: string | null = null;
      do {
        const url: string = `/v2/surveys?limit=2${next === null ? "" : `&after=${next}`}`;
        const page = (await service().app.inject({ url, headers: workspace.headers })).json();
        seen.push(...page.data.map((survey: { slug: string }) => survey.slug));
        expect(page.data[0]).not.toHaveProperty("definition");
        next = page.next;
      } while (next !== null);
      expect(seen).toEqual(slugs);
    });

    it.each(["limit=0", "limit=201", "limit=x", "after=nonsense", "page=2"])("422: ?%s", async (query) => {
      const { headers } = service().callers.workspace();
      const answer = await service().app.inject({ url: `/v2/surveys?${query}`, headers });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().detail[0].loc[0]).toBe("query");
    });
  });

  describe("for anybody", () => {
    it("GET /surveys: none is open to all", async () => {
      await open();
      const answer = await service().app.inject({ url: "/surveys" });
      expect([answer.statusCode, answer.json()]).toEqual([200, []]);
    });

    it("GET /surveys/{slug}: what may be known, and nothing of the settings", async () => {
      const { slug, surveyId, call } = await open();
      await call("PATCH", "", { support_email: "help@clinic.example", locale: "de" });
      const answer = await service().app.inject({ url: `/surveys/${slug.toUpperCase()}` });
      expect(answer.json()).toEqual({
        id: surveyId,
        slug,
        name: "A survey",
        localeId: "de",
        originatingUrl: null,
        supportEmail: "help@clinic.example",
        openAccess: false,
        authCaptcha: false,
      });
      const none = await service().app.inject({ url: "/surveys/none" });
      expect(none.json()).toMatchObject({ status: 404, code: "survey_not_found", message: expect.any(String) });
    });
  });
});

import { randomUUID } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { smallDefinition } from "../test/test-surveys.ts";

const places = (answer: LightMyRequestResponse): readonly string[] =>
  answer.json().detail.map((fault: { loc: readonly unknown[] }) => fault.loc.join("."));

describe("POST /v2/surveys", () => {
  const { service } = useSurveyService();
  const minimal = () => ({ slug: `s-${randomUUID()}`, name: "Wellbeing", definition: smallDefinition });
  const post = (body: object, headers = service().callers.workspace().headers) =>
    service().app.inject({ method: "POST", url: "/v2/surveys", headers, body });

  describe("201", () => {
    it("makes a survey with every default", async () => {
      const body = minimal();
      const answer = await post(body);
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toEqual({
        survey_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        slug: body.slug,
        name: "Wellbeing",
        state: "notStarted",
        effective_state: "notStarted",
        start_date: null,
        end_date: null,
        suspension_reason: null,
        support_email: null,
        locale: "en",
        languages: [],
        definition: smallDefinition,
        definition_version: 1,
        settings: expect.objectContaining({
          custom_fields: false,
          user_generation: expect.objectContaining({ mode: "off" }),
        }),
        created_at: expect.stringMatching(/Z$/),
        updated_at: answer.json().created_at,
      });
    });

    it("keeps what it was given, and reads it back by id and by slug in any case", async () => {
      const { headers } = service().callers.workspace();
      const body = {
        ...minimal(),
        slug: `Case-${randomUUID()}`,
        state: "active",
        start_date: "2026-01-01",
        end_date: "2026-12-31",
        support_email: "help@clinic.example",
        locale: "de-CH",
        languages: ["de-CH", "fr"],
        settings: {
          limits: { max_total: 3 },
          redirect: {
            url: "https://clinic.example/back?u={username}",
            allowed_origins: ["https://clinic.example"],
            timer: 5,
          },
        },
      };
      const made = await post(body, headers);
      expect(made.json()).toMatchObject({
        ...body,
        slug: body.slug.toLowerCase(),
        settings: { limits: { max_total: 3, max_per_day: null } },
      });
      for (const name of [made.json().survey_id, body.slug, body.slug.toUpperCase()]) {
        const read = await service().app.inject({ url: `/v2/surveys/${name}`, headers });
        expect(read.json()).toEqual(made.json());
      }
    });

    it("keeps a definition as it is, odd members included", async () => {
      const definition = {
        title: { de: "Wohlbefinden", default: "Well ✓" },
        pages: [],
        elements: [{ type: "text", name: "a" }],
        "line\nbreak": 1,
        calculatedValues: [{ a: null }],
      };
      const { headers } = service().callers.workspace();
      const made = await post({ ...minimal(), definition }, headers);
      expect(
        (await service().app.inject({ url: `/v2/surveys/${made.json().slug}`, headers })).json().definition,
      ).toEqual(definition);
    });
  });

  describe("409", () => {
    it("a slug that another survey has, in any case and in any workspace", async () => {
      const body = minimal();
      await post(body);
      const answer = await post({ ...body, slug: body.slug.toUpperCase() });
      expect(answer.statusCode).toBe(409);
      expect(answer.json()).toMatchObject({ code: "survey_slug_taken" });
    });

    it("all but one of 10 that want the same slug at once", async () => {
      const body = minimal();
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(body)));
      expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
      const versions = await service().db.pool.query(
        "SELECT count(*)::int FROM survey_versions v WHERE NOT EXISTS (SELECT FROM surveys s WHERE s.survey_id = v.survey_id)",
      );
      expect(versions.rows[0].count).toBe(0);
    });
  });

  describe("422", () => {
    it.each(["v2", "Surveys", "assets", "0", "a", "docs"])(
      "the slug %s, which Roundtrip needs itself",
      async (slug) => {
        const answer = await post({ ...minimal(), slug });
        expect(answer.statusCode).toBe(422);
        expect(answer.json()).toMatchObject({ code: "survey_slug_reserved", detail: [{ loc: ["body", "slug"] }] });
      },
    );

    it("a slug that looks like an id, at which it could not be reached", async () => {
      const definition = smallDefinition;
      for (const slug of [randomUUID(), randomUUID().toUpperCase()]) {
        const answer = await post({ slug, name: "x", definition });
        expect(answer.json()).toMatchObject({
          status: 422,
          code: "survey_slug_reserved",
          detail: [{ loc: ["body", "slug"] }],
        });
      }
    });

    it.each([
      ["nothing", {}, ["body.slug", "body.name", "body.definition"]],
      ["a slug with a slash", { ...minimal(), slug: "a/b" }, ["body.slug"]],
      ["an unknown member", { ...minimal(), stat: "active" }, ["body.stat"]],
      ["a date that does not exist", { ...minimal(), start_date: "2026-02-30" }, ["body.start_date"]],
      [
        "an end before the start",
        { ...minimal(), start_date: "2026-02-02", end_date: "2026-02-01" },
        ["body.end_date"],
      ],
      ["a setting that does not exist yet", { ...minimal(), settings: { quotas: [] } }, ["body.settings.quotas"]],
      ["a name that cannot be stored", { ...minimal(), name: "a\0b" }, ["body.name"]],
      ["a definition that is a list", { ...minimal(), definition: [] }, ["body.definition"]],
    ])("%s", async (_name, body, wrong) => {
      const answer = await post(body);
      expect(answer.statusCode).toBe(422);
      expect(answer.json().code).toBe("invalid_request");
      expect([...new Set(places(answer))]).toEqual(wrong);
    });

    const redirect = (given: object) => ({ ...minimal(), settings: { redirect: given } });
    const allowed_origins = ["https://clinic.example"];
    it.each([
      ["an origin that is not allowed", { url: "https://evil.example/", allowed_origins }, "url"],
      [
        "an origin that begins like an allowed one",
        { url: "https://clinic.example.evil.example/", allowed_origins },
        "url",
      ],
      ["a user name before the host", { url: "https://clinic.example@evil.example/", allowed_origins }, "url"],
      ["a password", { url: "https://a:b@clinic.example/", allowed_origins }, "url"],
      ["another scheme", { url: "javascript:alert(1)//https://clinic.example", allowed_origins }, "url"],
      ["a relative URL", { url: "//clinic.example/", allowed_origins }, "url"],
      ["a backslash", { url: "https://clinic.example\\@evil.example/", allowed_origins }, "url"],
      ["a placeholder in the host", { url: "https://{state}.example/", allowed_origins: ["https://1.example"] }, "url"],
      ["an unknown placeholder", { url: "https://clinic.example/{password}", allowed_origins }, "url"],
      [
        "an outcome's URL that is not allowed",
        { url: null, outcomes: { declined: "https://evil.example/" }, allowed_origins },
        "outcomes.declined",
      ],
      ["an origin with a path", { url: null, allowed_origins: ["https://clinic.example/back"] }, "allowed_origins.0"],
    ])("a redirect with %s", async (_name, given, place) => {
      const answer = await post(redirect(given));
      expect(answer.statusCode).toBe(422);
      expect(places(answer)).toContain(`body.settings.redirect.${place}`);
    });

    it("http in a live workspace, which a dev workspace may use", async () => {
      const body = redirect({ url: "http://localhost:4000/{userId}", allowed_origins: ["http://localhost:4000"] });
      expect((await post(body)).statusCode).toBe(201);
      const live = await post({ ...body, slug: `s-${randomUUID()}` }, service().callers.workspace("live").headers);
      expect(places(live)).toEqual(["body.settings.redirect.allowed_origins.0", "body.settings.redirect.url"]);
      const base = { ...minimal(), settings: { auth_url: { base_url: "http://study.example" } } };
      expect(places(await post(base, service().callers.workspace("live").headers))).toEqual([
        "body.settings.auth_url.base_url",
      ]);
    });

    it("an alphabet for tokens that names a character twice", async () => {
      const answer = await post({ ...minimal(), settings: { auth_url: { charset: "00123456789" } } });
      expect(places(answer)).toEqual(["body.settings.auth_url.charset"]);
    });

    it("a definition that cannot be published, with the path of every fault", async () => {
      const definition = {
        pages: [
          {
            elements: [
              { type: "text", name: "a" },
              { type: "file", name: "a" },
            ],
          },
        ],
      };
      const answer = await post({ ...minimal(), definition });
      expect(answer.json().code).toBe("definition_invalid");
      expect(places(answer)).toEqual([
        "body.definition.pages.0.elements.1.type",
        "body.definition.pages.0.elements.1.name",
      ]);
    });
  });

  describe("401 and 403", () => {
    it("strangers, and keys and people without the right", async () => {
      const { app, callers } = service();
      const workspace = callers.workspace();
      const status = async (headers: Readonly<Record<string, string>>) => (await post(minimal(), headers)).statusCode;
      expect((await app.inject({ method: "POST", url: "/v2/surveys", body: minimal() })).statusCode).toBe(401);
      expect(await status({ "x-api-key": "rt_dev_guess" })).toBe(401);
      expect(await status(workspace.keyWith("surveys:read", "respondents:write"))).toBe(403);
      expect(await status(workspace.keyWith("surveys:write"))).toBe(201);
      expect(await status(await workspace.staff("viewer"))).toBe(403);
      expect(await status(await workspace.staff("admin"))).toBe(201);
    });

    it("a live key in a browser", async () => {
      const { headers } = service().callers.workspace("live");
      const answer = await post(minimal(), { ...headers, origin: "https://shop.example" });
      expect(answer.json()).toMatchObject({ status: 403, code: "origin_not_allowed" });
    });
  });

  it("413 for a body over 1 MiB, and a definition over 512 KB is refused by name", async () => {
    const big = (bytes: number) => ({ ...minimal(), definition: { title: "x".repeat(bytes) } });
    expect((await post(big(1_100_000))).statusCode).toBe(413);
    const answer = await post(big(600_000));
    expect(answer.json()).toMatchObject({
      code: "definition_invalid",
      detail: [{ loc: ["body", "definition"], type: "too_long" }],
    });
  });
});

import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { anxietyDefinition, lowAnswers, openScene } from "../test/session-scene.ts";

let now = new Date("2026-03-02T10:00:00.000Z");
const { service } = useSurveyService({ clock: () => now });

describe("GET /surveys/{slug}/parameters", () => {
  it("200: holds everything that a front end renders from", async () => {
    const scene = await openScene(service(), {
      settings: { redirect: { url: "https://clinic.example/", allowed_origins: ["https://clinic.example"], timer: 5 } },
    });
    await scene.change({ end_date: "2026-03-31", support_email: "help@clinic.example", languages: ["en", "de"] });
    const answer = await (await scene.sit()).get("/parameters");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      id: scene.surveyId,
      slug: scene.slug,
      name: "A survey",
      state: "active",
      localeId: "en",
      languages: ["en", "de"],
      definition: anxietyDefinition,
      definitionVersion: 2,
      suspensionReason: null,
      supportEmail: "help@clinic.example",
      startDate: null,
      endDate: "2026-03-31",
      session: { store: true },
      redirect: { timer: 5, target: "_self" },
      feedback: { enabled: false },
    });
  });

  it("200: says the state that counts, also when nothing can be started", async () => {
    const scene = await openScene(service());
    const person = await scene.sit();
    await scene.change({ end_date: "2026-03-02" });
    expect((await person.get("/parameters")).json()).toMatchObject({ state: "active", redirect: null });
    now = new Date("2026-03-03T00:00:00.000Z");
    expect((await person.get("/parameters")).json()).toMatchObject({ state: "completed" });
  });

  it("200: shows the newest questions to those whose session has run out", async () => {
    const scene = await openScene(service(), { settings: { session: { max_age_seconds: 60 } } });
    const person = await scene.sit();
    await person.begin();
    await scene.publish({ elements: [{ type: "text", name: "name" }] });
    expect((await person.get("/parameters")).json()).toMatchObject({ definitionVersion: 2 });
    now = new Date(now.getTime() + 60_000);
    expect((await person.get("/parameters")).json()).toMatchObject({ definitionVersion: 3 });
  });

  it("401: for strangers; 404: for unknown surveys", async () => {
    const scene = await openScene(service());
    const { headers } = await scene.sit();
    const at = (slug: string, as: object) =>
      service().app.inject({ method: "GET", url: `/surveys/${slug}/parameters`, headers: { ...as } });
    expect((await at(scene.slug, {})).statusCode).toBe(401);
    expect((await at("no-such", headers)).json()).toMatchObject({ code: "survey_not_found" });
    expect((await at(scene.slug.toUpperCase(), headers)).statusCode).toBe(200);
  });
});

describe("GET /surveys/{slug}/user-info", () => {
  it("200: shows public custom fields only", async () => {
    const person = await (await openScene(service())).sit({
      username: "ada",
      name: "Ada",
      customFields: [
        { name: "arm", value: "B", public: true },
        { name: "risk", value: "high" },
        { name: "note", value: "x", public: false },
      ],
    });
    const answer = await person.get("/user-info?tzOffset=-60");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      userId: person.userId,
      name: "Ada",
      customFields: { arm: "B" },
      submissions: 0,
      showFeedback: false,
      maximumTotalSubmissionsReached: false,
      maximumDailySubmissionsReached: false,
    });
  });

  it("200: counts what was handed in, by this respondent and nobody else", async () => {
    now = new Date("2026-03-02T10:00:00.000Z");
    const scene = await openScene(service(), { settings: { limits: { max_per_day: 2, max_total: 3 } } });
    const [person, other] = [await scene.sit(), await scene.sit()];
    const reached = async () => {
      await person.submit(await person.begin(), lowAnswers);
      const info = (await person.get("/user-info")).json();
      return [info.submissions, info.maximumDailySubmissionsReached, info.maximumTotalSubmissionsReached];
    };
    expect(await reached()).toEqual([1, false, false]);
    expect(await reached()).toEqual([2, true, false]);
    now = new Date("2026-03-03T00:00:00.000Z");
    expect(await reached()).toEqual([3, false, true]);
    expect((await other.get("/user-info")).json()).toMatchObject({ submissions: 0 });
  });

  it("400: for a time difference that no place has; 401: for people who do not exist any more", async () => {
    const person = await (await openScene(service())).sit();
    expect((await person.get("/user-info?tzOffset=900")).statusCode).toBe(400);
    await service().db.pool.query("DELETE FROM respondents WHERE respondent_id = $1", [person.respondentId]);
    expect((await person.get("/user-info")).statusCode).toBe(401);
  });

  it("403: in another survey of the workspace", async () => {
    const scene = await openScene(service());
    const other = await openScene(service(), { workspace: scene.workspace });
    const { headers } = await scene.sit();
    const answer = await service().app.inject({ method: "GET", url: `/surveys/${other.slug}/user-info`, headers });
    expect(answer.json()).toMatchObject({ status: 403, code: "forbidden" });
  });
});

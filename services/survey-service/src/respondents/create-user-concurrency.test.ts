import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe("create-user, many at once", () => {
  const { service } = useSurveyService();
  const open = (settings: Parameters<typeof createTestSurvey>[2]) =>
    createTestSurvey(service().app, service().callers.workspace(), settings);
  const stored = { personal_identifiers: true, custom_fields: true };
  const count = async (query: string, id: string) => Number((await service().db.pool.query(query, [id])).rows[0].count);
  const respondents = (surveyId: string) => count("SELECT count(*) FROM respondents WHERE survey_id = $1", surveyId);
  const events = async (username: string) => {
    const found = await service().db.pool.query(
      `SELECT type, count(*)::int FROM outbox WHERE body LIKE '%' || $1 || '%' GROUP BY type ORDER BY type`,
      [username],
    );
    return Object.fromEntries(found.rows.map((row) => [row.type, row.count]));
  };

  it("makes one respondent of 50 calls for one username, and answers all of them the same", async () => {
    const survey = await open({ user_generation: { mode: "jwt" }, ...stored });
    const username = randomUUID();
    const answers = await times(50, () =>
      survey.createUser({ username, name: "Anna", customFields: [{ name: "a", value: "b" }] }),
    );
    expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(await respondents(survey.surveyId)).toBe(1);
    expect(await count("SELECT count(*) FROM users WHERE user_id = $1", answers[0]?.json().userId)).toBe(1);
    expect(await events(username)).toEqual({
      "survey.respondent-credential.changed.v1": 1,
      "survey.respondent.created.v1": 1,
    });
    expect(await events(answers[0]?.json().userId)).toMatchObject({ "survey.user.created.v1": 1 });
  });

  it("makes one respondent of 10 calls with a password", async () => {
    const survey = await open({ user_generation: { mode: "jwt" } });
    const answers = await times(10, () => survey.createUser({ username: "a", password: "Correct-horse-1" }));
    expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
    expect(answers[0]?.statusCode).toBe(200);
    expect(await respondents(survey.surveyId)).toBe(1);
  });

  it("makes 50 respondents of 50 usernames", async () => {
    const survey = await open({ user_generation: { mode: "jwt" } });
    const answers = await times(50, (index) => survey.createUser({ username: `user-${index}` }));
    expect(new Set(answers.map((answer) => answer.json().authToken)).size).toBe(50);
    expect(await respondents(survey.surveyId)).toBe(50);
  });

  it("applies 20 equal changes at once as one, with one event of each kind", async () => {
    const survey = await open({ user_generation: { mode: "jwt" }, ...stored });
    const username = randomUUID();
    const { userId } = (await survey.createUser({ username })).json();
    const answers = await times(20, () => survey.createUser({ username, name: "Anne" }));
    expect(answers.every((answer) => answer.json().name === "Anne")).toBe(true);
    expect(await events(username)).toMatchObject({ "survey.respondent.updated.v1": 1 });
    expect(await events(userId)).toMatchObject({ "survey.user.updated.v1": 1 });
  });

  it("never mixes the name of one change with the custom fields of another", async () => {
    const survey = await open({ user_generation: { mode: "jwt" }, ...stored });
    await survey.createUser({ username: "a" });
    await times(20, (index) =>
      survey.createUser({ username: "a", name: `n${index}`, customFields: [{ name: "n", value: `n${index}` }] }),
    );
    const last = (await survey.createUser({ username: "a" })).json();
    expect(last.customFields).toEqual([{ name: "n", value: last.name }]);
  });

  describe("with tokens that count once", () => {
    const oneTime = { user_generation: { mode: "jwt", one_time: true } } as const;

    it("lets one of 20 calls with the same token through", async () => {
      const survey = await open(oneTime);
      const token = await survey.sign({ username: "a", jti: randomUUID(), exp: inAnHour() });
      const answers = await times(20, () => survey.createUser(token));
      const refused = answers.filter((answer) => answer.statusCode === 403);
      expect(answers.filter((answer) => answer.statusCode === 200)).toHaveLength(1);
      expect(new Set(refused.map((answer) => answer.json().code))).toEqual(new Set(["jwt_already_used"]));
      expect(refused).toHaveLength(19);
    });

    it("makes one respondent of 20 calls with a token each", async () => {
      const survey = await open(oneTime);
      const answers = await times(20, () => survey.createUser({ username: "a", jti: randomUUID(), exp: inAnHour() }));
      expect(new Set(answers.map((answer) => answer.body)).size).toBe(1);
      expect(answers[0]?.statusCode).toBe(200);
      expect(await respondents(survey.surveyId)).toBe(1);
    });

    it("spends a token that is accepted only, in its own survey, until it expires", async () => {
      const survey = await open(oneTime);
      const jti = randomUUID();
      const exp = inAnHour();
      expect((await survey.createUser({ jti, exp })).json().code).toBe("claims_invalid");
      expect((await survey.createUser({ username: "a", jti, exp })).statusCode).toBe(200);
      expect((await survey.createUser({ jti, exp })).json().code).toBe("jwt_already_used");
      const other = await open(oneTime);
      expect((await other.createUser({ username: "a", jti })).statusCode).toBe(200);
      const used = await service().db.pool.query("SELECT survey_id, expires_at::text FROM used_tokens WHERE jti = $1", [
        jti,
      ]);
      const expiries = new Map(used.rows.map((row) => [row.survey_id, row.expires_at]));
      expect(new Date(expiries.get(survey.surveyId)).getTime()).toBe(exp * 1_000);
      expect(expiries.get(other.surveyId)).toBe("infinity");
    });
  });

  it("draws again when two short tokens are the same", async () => {
    // 12 places of 10 digits never collide by chance in a test, so the next draw is occupied by hand.
    const survey = await open({ user_generation: { mode: "jwt" }, auth_url: { charset: "0123456789", length: 12 } });
    await service().db.pool.query(
      `CREATE FUNCTION occupy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF (SELECT count(*) FROM pg_class WHERE relname = 'collided') = 0 OR nextval('collided') > 2 THEN RETURN NEW; END IF;
         RAISE unique_violation USING CONSTRAINT = 'respondents__token_digest';
       END $$`,
    );
    await service().db.pool.query("CREATE SEQUENCE collided");
    await service().db.pool.query(
      "CREATE TRIGGER occupy BEFORE INSERT ON respondents FOR EACH ROW EXECUTE FUNCTION occupy()",
    );
    expect((await survey.createUser({ username: "a" })).statusCode).toBe(200);
    await service().db.pool.query("DROP TRIGGER occupy ON respondents");
    expect(await respondents(survey.surveyId)).toBe(1);
    expect((await service().db.pool.query("SELECT last_value::int FROM collided")).rows[0].last_value).toBe(3);
  });
});

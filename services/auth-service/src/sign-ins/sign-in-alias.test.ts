import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { createPasswordHasher } from "@roundtrip/password-hash/password-hash";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  claimsOf,
  cookieOf,
  postJson,
  refresh,
  respondentCredential,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { openSurveyStandIn, type SurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus, env: { HASH_CONCURRENCY: "2" } });
const password = "Correct horse 1";
let survey: SurveyStandIn;
let passwordHash: string;
beforeAll(async () => {
  survey = await openSurveyStandIn(bus);
  passwordHash = await (await createPasswordHasher({ concurrencyMax: 1 })).hash(password);
});
afterAll(() => bus.close());

const addRespondent = (changes: Parameters<typeof respondentCredential>[0] = {}) => {
  const credential = respondentCredential({
    password_hash: passwordHash,
    token_sha256: sha256(crypto.randomUUID()),
    ...changes,
  });
  survey.add(credential);
  return credential;
};
const signIn = (payload: unknown, query = "") => postJson(service().app, { url: `/signin/alias${query}`, payload });

describe("200", () => {
  it("signs in by slug in any case and by id, the moment the respondent exists", async () => {
    const { survey_slug, survey_id, respondent_id, username } = addRespondent();
    for (const surveyId of [survey_slug, survey_slug.toUpperCase(), survey_id]) {
      const response = await signIn({ surveyId, userName: username, password });
      const { refreshToken } = response.json<{ refreshToken: string }>();
      const { accessToken } = (await refresh(service().app, refreshToken)).json<{ accessToken: string }>();
      expect(claimsOf(accessToken)).toMatchObject({ kind: "respondent", sub: respondent_id });
    }
    expect(survey.asked()).toBe(1);
  });

  it("tells one username of two surveys apart", async () => {
    const [first, second] = [addRespondent({ username: "same" }), addRespondent({ username: "same" })];
    for (const { survey_slug, respondent_id } of [first, second]) {
      const response = await signIn({ surveyId: survey_slug, userName: "same", password }, "?delivery=cookie");
      expect(claimsOf(response.json<{ accessToken: string }>().accessToken)).toMatchObject({ sub: respondent_id });
      expect(cookieOf(response)).toMatch(/^ey/);
    }
  });

  it("takes a password in either Unicode form", async () => {
    const hash = await (await createPasswordHasher({ concurrencyMax: 1 })).hash("Café-Bücher 12");
    const { survey_slug, username } = addRespondent({ password_hash: hash });
    const response = await signIn({
      surveyId: survey_slug,
      userName: username,
      password: "Café-Bücher 12".normalize("NFD"),
    });
    expect(response.statusCode).toBe(200);
  });

  it("hashes anew a password that was hashed with other parameters", async () => {
    const hash = "$argon2id$v=19$m=19456,t=2,p=1$PSgTsDHGkwsQ2DZgdc9QJA$0xkp/iHr8aKc+/gJGP3lWxWQbzCHGwokX9Dv4ZQhtbw";
    const { survey_slug, username, respondent_id } = addRespondent({ password_hash: hash });
    await signIn({ surveyId: survey_slug, userName: username, password: "correct horse battery" });
    const [row] = await sql<{ password_hash: string }>(
      service().db,
      "SELECT password_hash FROM respondent_credentials WHERE respondent_id = $1",
      respondent_id,
    );
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$/);
  });
});

describe("400", () => {
  it.each([
    ["the seed's other spelling of a member", { survey_id: "s", username: "u", password }],
    ["an empty name", { surveyId: "s", userName: "", password }],
    ["NUL", { surveyId: "s", userName: "a\u0000b", password }],
  ])("refuses %s", async (_name, payload) => {
    expect((await signIn(payload)).json()).toMatchObject({ status: 400, code: "invalid_input" });
  });
});

describe("401", () => {
  const refused = async (payload: unknown) => {
    const response = await signIn(payload);
    return { status: response.statusCode, body: { ...response.json(), request_id: "" } };
  };

  it("is one answer for an unknown survey, an unknown name, a wrong password, no password and a deleted respondent", async () => {
    const { survey_slug, username } = addRespondent();
    const wrong = await refused({ surveyId: survey_slug, userName: username, password: "Wrong horse 1" });
    expect(wrong.body).toMatchObject({ status: 401, code: "sign_in_failed" });
    const passwordless = addRespondent({ password_hash: null });
    const deleted = addRespondent({ deleted: true });
    for (const payload of [
      { surveyId: "no-such-survey", userName: username, password },
      { surveyId: survey_slug, userName: "nobody", password },
      { surveyId: survey_slug, userName: username.toUpperCase(), password },
      { surveyId: passwordless.survey_slug, userName: passwordless.username, password },
      { surveyId: deleted.survey_slug, userName: deleted.username, password },
    ]) {
      expect(await refused(payload)).toEqual(wrong);
    }
  });
});

describe("503", () => {
  it("says that survey-service is away when it would have to be asked", async () => {
    await survey.close();
    const response = await signIn({ surveyId: "new-survey", userName: "new", password });
    survey = await openSurveyStandIn(bus);
    expect(response.json()).toMatchObject({ status: 503, code: "dependency_unavailable" });
  });

  it("says so when nobody has a turn left to hash", { timeout: 60_000 }, async () => {
    const { survey_slug, username } = addRespondent();
    const payload = { surveyId: survey_slug, userName: username, password };
    const responses = await Promise.all(Array.from({ length: 70 }, () => signIn(payload)));
    const statuses = new Set(responses.map((response) => response.statusCode));
    expect([...statuses].sort()).toEqual([200, 503]);
    const busy = responses.find((response) => response.statusCode === 503);
    expect(busy?.json()).toMatchObject({ code: "busy" });
  });
});

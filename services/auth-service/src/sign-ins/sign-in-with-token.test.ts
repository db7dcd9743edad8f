import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimsOf, cookieOf, refresh, respondentCredential, sql, useAuthService } from "../test/open-auth-service.ts";
import { openSurveyStandIn, type SurveyStandIn, sha256 } from "../test/survey-stand-in.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus });
let survey: SurveyStandIn;
beforeAll(async () => {
  survey = await openSurveyStandIn(bus);
});
afterAll(() => bus.close());

let made = 0;
const addRespondent = (changes: Parameters<typeof respondentCredential>[0] = {}) => {
  made += 1;
  const token = `token-${made}-${"x".repeat(32)}`;
  const credential = respondentCredential({ token_sha256: sha256(token), ...changes });
  survey.add(credential);
  return { token, credential };
};
const signIn = (token: string, query = "", headers: Record<string, string> = {}) =>
  service().app.inject({ method: "POST", url: `/signin/token/${encodeURIComponent(token)}${query}`, headers });

/** A link that the service has got to know, and that has expired since. */
const addExpired = async () => {
  const added = addRespondent();
  expect((await signIn(added.token)).statusCode).toBe(200);
  const credential = { ...added.credential, token_expires_at: new Date(Date.now() - 1_000).toISOString() };
  survey.add(credential);
  const text = "UPDATE respondent_credentials SET token_expires_at = $2::timestamptz WHERE respondent_id = $1";
  await sql(service().db, text, credential.respondent_id, credential.token_expires_at);
  return { token: added.token, credential };
};

describe("200", () => {
  it("signs in with a known token that was renewed this instant, and asks no more from then on", async () => {
    const { token, credential } = await addExpired();
    const token_expires_at = new Date(Date.now() + 3_600_000).toISOString();
    survey.add({ ...credential, token_expires_at, revision: 2 });
    expect((await signIn(token)).statusCode).toBe(200);
    const asked = survey.asked();
    expect((await signIn(token)).statusCode).toBe(200);
    expect(survey.asked()).toBe(asked);
  });

  it("signs in with a token made this instant, and knows it from then on", async () => {
    const { token, credential } = addRespondent();
    const response = await signIn(token);
    expect(response.statusCode).toBe(200);
    const { refreshToken } = response.json<{ refreshToken: string }>();
    const { iat, exp } = claimsOf(refreshToken);
    expect(exp - iat).toBe(90 * 86_400);
    const { accessToken } = (await refresh(service().app, refreshToken)).json<{ accessToken: string }>();
    expect(claimsOf(accessToken)).toMatchObject({
      kind: "respondent",
      sub: credential.respondent_id,
      workspace_id: credential.workspace_id,
      survey_id: credential.survey_id,
      survey_slug: credential.survey_slug,
      user_id: credential.user_id,
    });
    const asked = survey.asked();
    expect((await signIn(token)).statusCode).toBe(200);
    expect(survey.asked()).toBe(asked);
  });

  it("puts a browser's refresh token into the cookie", async () => {
    const { token } = addRespondent();
    const response = await signIn(token, "?delivery=cookie");
    expect(claimsOf(response.json<{ accessToken: string }>().accessToken)).toMatchObject({ kind: "respondent" });
    expect(cookieOf(response)).toMatch(/^ey/);
  });

  it("takes an empty body that calls itself JSON", async () => {
    const { token } = addRespondent();
    expect((await signIn(token, "", { "content-type": "application/json" })).statusCode).toBe(200);
  });

  it("keeps one row for a respondent who clicks ten times at once", async () => {
    const { token, credential } = addRespondent();
    const responses = await Promise.all(Array.from({ length: 10 }, () => signIn(token)));
    expect(responses.map((response) => response.statusCode)).toEqual(Array(10).fill(200));
    const rows = await sql(
      service().db,
      "SELECT 1 FROM respondent_credentials WHERE respondent_id = $1",
      credential.respondent_id,
    );
    expect(rows).toHaveLength(1);
  });
});

describe("400", () => {
  it("refuses an unknown delivery", async () => {
    expect((await signIn("x".repeat(32), "?delivery=pigeon")).statusCode).toBe(400);
  });
});

describe("401", () => {
  const refused = async (token: string) => {
    const response = await signIn(token);
    return { status: response.statusCode, body: { ...response.json(), request_id: "" } };
  };

  it("is one answer for unknown, expired and deleted, and for what is no token at all", async () => {
    const unknown = await refused("unknown-".repeat(5));
    expect(unknown.body).toMatchObject({
      status: 401,
      code: "sign_in_failed",
      message: "The credentials were not recognised",
    });
    const past = new Date(Date.now() - 1_000).toISOString();
    expect(await refused(addRespondent({ token_expires_at: past }).token)).toEqual(unknown);
    expect(await refused(addRespondent({ deleted: true }).token)).toEqual(unknown);
    for (const odd of ["\u0000", "' OR 1=1 --", "../../signin", "😀", "%"]) expect(await refused(odd)).toEqual(unknown);
  });

  it("is the same answer for a token of any length, and nobody is asked about one that is too long", async () => {
    const unknown = await refused("x".repeat(256));
    const asked = survey.asked();
    for (const length of [257, 4_096, 8_192]) expect(await refused("x".repeat(length))).toEqual(unknown);
    expect(survey.asked()).toBe(asked);
  });

  it("stays with an expired token that survey-service has not renewed, having asked once", async () => {
    const { token } = await addExpired();
    const asked = survey.asked();
    expect((await refused(token)).body).toMatchObject({ code: "sign_in_failed" });
    expect(survey.asked()).toBe(asked + 1);
  });

  it("stays with an expired token, and is no 503, while survey-service is away", async () => {
    const { token } = await addExpired();
    await survey.close();
    const answer = await refused(token);
    survey = await openSurveyStandIn(bus);
    expect(answer.body).toMatchObject({ status: 401, code: "sign_in_failed" });
  });

  it("tells the wrong case of a token from the right one", async () => {
    const { token } = addRespondent();
    expect((await signIn(token.toUpperCase())).statusCode).toBe(401);
  });

  it("accepts a token until the moment it expires", async () => {
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect((await signIn(addRespondent({ token_expires_at: soon }).token)).statusCode).toBe(200);
  });
});

describe("403", () => {
  it("does not let another site sign its visitor in as somebody", async () => {
    const { token } = addRespondent();
    const response = await signIn(token, "?delivery=cookie", { origin: "https://evil.example" });
    expect(response.json()).toMatchObject({ status: 403, code: "cross_site_request" });
  });
});

describe("404", () => {
  it("a GET signs nobody in", async () => {
    const { token } = addRespondent();
    expect((await service().app.inject({ url: `/signin/token/${token}` })).statusCode).toBe(404);
  });
});

describe("503", () => {
  it("says that survey-service is away when it would have to be asked, and goes on with those it knows", async () => {
    const known = addRespondent().token;
    await signIn(known);
    await survey.close();
    const response = await signIn(addRespondent().token);
    const stillKnown = await signIn(known);
    survey = await openSurveyStandIn(bus);
    expect(response.json()).toMatchObject({ status: 503, code: "dependency_unavailable" });
    expect(response.headers["retry-after"]).toBe("2");
    expect(stillKnown.statusCode).toBe(200);
  });
});

import { createHmac } from "node:crypto";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { publicUrl, useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey, smallDefinition, type TestSurvey } from "../test/test-surveys.ts";

const encode = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1_000);
const jwt: SurveySettings = { user_generation: { mode: "jwt" }, personal_identifiers: true, custom_fields: true };

describe("POST /surveys/{slug}/create-user refuses", () => {
  const { service } = useSurveyService();
  const open = (settings: SurveySettings = jwt, environment: "dev" | "live" = "dev") =>
    createTestSurvey(service().app, service().callers.workspace(environment), settings);
  const rows = async () =>
    (
      await service().db.pool.query(
        `SELECT (SELECT count(*) FROM respondents) AS respondents, (SELECT count(*) FROM users) AS users,
                (SELECT count(*) FROM outbox) AS events, (SELECT count(*) FROM used_tokens) AS used`,
      )
    ).rows[0];
  const nothing = { respondents: "0", users: "0", events: "0", used: "0" };

  afterEach(async () => {
    // Whatever is refused leaves no trace.
    expect(await rows()).toEqual(nothing);
  });

  const expectRefusal = (
    answer: { statusCode: number; json(): unknown; headers: object },
    status: number,
    code: string,
  ) => {
    expect(answer.json()).toMatchObject({ code, status, message: expect.any(String), request_id: expect.any(String) });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({ "content-type": "application/problem+json; charset=utf-8" });
  };

  describe("400, before it looks for the survey", () => {
    it.each([
      ["an empty text", ""],
      ["one segment", "abc"],
      ["two segments", "abc.def"],
      ["four segments", "abc.def.ghi.jkl"],
      ["an empty header", ".def.ghi"],
      ["an empty payload", "abc..ghi"],
      ["padding", "abc=.def.ghi"],
      ["standard base64", "a+b.d/f.ghi"],
      ["blanks", " abc.def.ghi"],
      ["a length that no bytes encode to", "abcde.def.ghi"],
      ["more than 8 KB", `abcd.${"a".repeat(8_192)}.ghi`],
    ])("%s as token", async (_name, token) => {
      const answer = await service().app.inject({ method: "POST", url: "/surveys/none/create-user", body: { token } });
      expectRefusal(answer, 400, "token_malformed");
      expect(answer.json().errors.token).toMatchObject({ path: "token", location: "body" });
    });

    it.each([
      ["no token", {}, "token"],
      ["a number as token", { token: 5 }, "token"],
      ["an unknown member", { token: "abc.def.ghi", userName: "x" }, "userName"],
    ])("%s", async (_name, body, path) => {
      const answer = await service().app.inject({ method: "POST", url: "/surveys/none/create-user", body });
      expectRefusal(answer, 400, "invalid_input");
      expect(Object.keys(answer.json().errors)).toEqual([path]);
    });

    it("malformed JSON, and a query member that it does not know", async () => {
      const headers = { "content-type": "application/json" };
      const answer = await service().app.inject({
        method: "POST",
        url: "/surveys/none/create-user",
        headers,
        body: '{"token": ',
      });
      expectRefusal(answer, 400, "malformed_json");
      const query = await service().app.inject({
        method: "POST",
        url: "/surveys/none/create-user?expand=all",
        body: { token: "a.b.c" },
      });
      expectRefusal(query, 400, "invalid_input");
    });
  });

  it("404: a survey that does not exist", async () => {
    const answer = await service().app.inject({
      method: "POST",
      url: "/surveys/none/create-user",
      body: { token: "abc.def.ghi" },
    });
    expectRefusal(answer, 404, "survey_not_found");
  });

  it("413: a body of 2 MB", async () => {
    const body = { token: "a".repeat(2_000_000) };
    const answer = await service().app.inject({ method: "POST", url: "/surveys/none/create-user", body });
    expectRefusal(answer, 413, "body_too_large");
  });

  it("415: a body that is not JSON", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await service().app.inject({
      method: "POST",
      url: "/surveys/none/create-user",
      headers,
      body: "token=a.b.c",
    });
    expectRefusal(answer, 415, "unsupported_media_type");
  });

  describe("403", () => {
    it("a survey that does not create respondents, before it looks at the token", async () => {
      const survey = await open({ user_generation: { mode: "off" } });
      expectRefusal(await survey.createUser("abc.def.ghi"), 403, "user_generation_off");
    });

    it("a survey that has no secret", async () => {
      const { headers } = service().callers.workspace();
      const body = { slug: "no-secret", name: "x", definition: smallDefinition, settings: jwt };
      await service().app.inject({ method: "POST", url: "/v2/surveys", headers, body });
      const url = "/surveys/no-secret/create-user";
      expectRefusal(
        await service().app.inject({ method: "POST", url, body: { token: "abc.def.ghi" } }),
        403,
        "user_generation_off",
      );
    });

    const signedParts = async (survey: TestSurvey, header: unknown, payload: unknown) => {
      const text = `${encode(header)}.${encode(payload)}`;
      return `${text}.${createHmac("sha256", survey.secret).update(text).digest("base64url")}`;
    };
    const claims = { username: "a" };

    it.each([
      ["alg none", { alg: "none", typ: "JWT" }, "jwt_invalid_algorithm"],
      ["alg None", { alg: "None" }, "jwt_invalid_algorithm"],
      ["HS384", { alg: "HS384" }, "jwt_invalid_algorithm"],
      ["a list of algorithms", { alg: ["HS256"] }, "jwt_malformed"],
      ["no algorithm", { typ: "JWT" }, "jwt_malformed"],
      ["a typ of another kind of token", { alg: "HS256", typ: "at+jwt" }, "jwt_malformed"],
      ["a typ that is no text", { alg: "HS256", typ: 5 }, "jwt_malformed"],
      ["a critical extension", { alg: "HS256", crit: ["b64"], b64: false }, "jwt_malformed"],
      ["an empty list of critical extensions", { alg: "HS256", crit: [] }, "jwt_malformed"],
      ["a list as header", ["HS256"], "jwt_malformed"],
      ["null as header", null, "jwt_malformed"],
      ["no JSON as header", "{oops", "jwt_malformed"],
    ])("%s, although the signature is right", async (_name, header, code) => {
      const survey = await open();
      expectRefusal(await survey.createUser(await signedParts(survey, header, claims)), 403, code);
    });

    it("alg none without a signature", async () => {
      const survey = await open();
      expectRefusal(
        await survey.createUser(`${encode({ alg: "none" })}.${encode(claims)}.`),
        403,
        "jwt_invalid_algorithm",
      );
    });

    it("a payload that is no JSON, or no UTF-8", async () => {
      const survey = await open();
      const header = { alg: "HS256" };
      expectRefusal(await survey.createUser(await signedParts(survey, header, "{oops")), 403, "jwt_malformed");
      const text = `${encode(header)}.${Buffer.from([0x22, 0xff, 0x22]).toString("base64url")}`;
      const token = `${text}.${createHmac("sha256", survey.secret).update(text).digest("base64url")}`;
      expectRefusal(await survey.createUser(token), 403, "jwt_malformed");
    });

    it("another secret, no signature, a changed payload, and a key pair's signature", async () => {
      const survey = await open();
      const signed = await survey.sign(claims);
      const [header, , signature] = signed.split(".");
      const { privateKey, publicKey } = await generateKeyPair("ES256");
      const es256 = new SignJWT(claims).setProtectedHeader({ alg: "ES256", jwk: await exportJWK(publicKey) });
      const tokens = [
        await survey.sign(claims, { secret: "x".repeat(32) }),
        `${signed.slice(0, signed.lastIndexOf("."))}.`,
        `${header}.${encode({ username: "b" })}.${signature}`,
      ];
      for (const token of tokens) expectRefusal(await survey.createUser(token), 403, "jwt_invalid_signature");
      expectRefusal(await survey.createUser(await es256.sign(privateKey)), 403, "jwt_invalid_algorithm");
    });

    it.each([
      ["exp in the past", () => ({ exp: now() - 1 }), "jwt_expired"],
      ["exp this second: there is no tolerance", () => ({ exp: now() }), "jwt_expired"],
      ["exp before the claims are looked at", () => ({ exp: 1, username: 5 }), "jwt_expired"],
      ["nbf in the future", () => ({ nbf: now() + 60 }), "jwt_not_active"],
      ["exp that is no number", () => ({ exp: "tomorrow" }), "jwt_malformed"],
      ["nbf that is no number", () => ({ nbf: {} }), "jwt_malformed"],
      ["iat that is no number", () => ({ iat: null }), "jwt_malformed"],
      ["another audience", () => ({ aud: "https://other.example" }), "jwt_wrong_audience"],
      ["an audience that begins like ours", () => ({ aud: `${publicUrl}.evil.example` }), "jwt_wrong_audience"],
      ["no audience in the list", () => ({ aud: [] }), "jwt_wrong_audience"],
      ["an audience that is no text", () => ({ aud: null }), "jwt_wrong_audience"],
      ["another survey as subject", () => ({ sub: "another-survey" }), "jwt_wrong_subject"],
      ["a subject that is no text", () => ({ sub: 5 }), "jwt_wrong_subject"],
    ])("%s", async (_name, wrong, code) => {
      const survey = await open();
      const token = await signedParts(survey, { alg: "HS256" }, { ...claims, ...wrong() });
      expectRefusal(await survey.createUser(token), 403, code);
    });

    it("a token of another survey of the same customer with the same secret", async () => {
      const workspace = service().callers.workspace();
      const one = await createTestSurvey(service().app, workspace, jwt);
      const other = await createTestSurvey(service().app, workspace, jwt);
      const url = `/v2/surveys/${other.slug}/jwt-secret`;
      await service().app.inject({ method: "POST", url, headers: workspace.headers, body: { secret: one.secret } });
      const token = await one.sign({ ...claims, sub: one.slug });
      expectRefusal(await other.createUser(token), 403, "jwt_wrong_subject");
    });
  });

  describe("403, by the survey's policy", () => {
    it.each(["exp", "iat", "aud", "sub", "iss", "jti"] as const)(
      "a token without %s where it is required",
      async (claim) => {
        const survey = await open({ user_generation: { mode: "jwt", require: [claim] } });
        const all = { exp: now() + 60, iat: now(), aud: publicUrl, sub: survey.slug, iss: "clinic", jti: "1" };
        const { [claim]: _left, ...rest } = all;
        // Without a username: the policy is looked at before the claims.
        expectRefusal(await survey.createUser(rest), 403, "jwt_claim_required");
      },
    );

    it.each([
      ["no exp", () => ({})],
      ["exp too far after now", () => ({ exp: now() + 400 })],
      ["exp too far after iat", () => ({ iat: now() - 200, exp: now() + 200 })],
      ["an iat in the future", () => ({ iat: now() + 100_000, exp: now() + 100_200 })],
    ])("a life that is too long: %s", async (_name, times) => {
      const survey = await open({ user_generation: { mode: "jwt", max_lifetime_seconds: 300 } });
      expectRefusal(await survey.createUser({ username: "a", ...times() }), 403, "jwt_lifetime_too_long");
    });

    it.each([
      ["no jti", {}],
      ["a jti that is no text", { jti: 5 }],
      ["an endless jti", { jti: "x".repeat(257) }],
    ])("%s where tokens count once", async (_name, jti) => {
      const survey = await open({ user_generation: { mode: "jwt", one_time: true } });
      const token = await survey.sign({ username: "a", ...jti });
      expectRefusal(await survey.createUser(token), 403, "jwt_claim_required");
    });
  });

  describe("400, claims", () => {
    const weak = { code: "weak_password" };
    it.each([
      ["no username", {}, { username: { code: "missing" } }],
      ["an empty username", { username: "" }, { username: { code: "too_short" } }],
      ["a username of 257 characters", { username: "x".repeat(257) }, { username: { code: "too_long" } }],
      ["a username that is no text", { username: 5 }, { username: { code: "invalid_type" } }],
      ["a username with a NUL", { username: "a\0b" }, { username: { code: "invalid_format" } }],
      ["a username with half a character", { username: "a\ud800" }, { username: { code: "invalid_format" } }],
      ["a short password", { username: "a", password: "Short-1" }, { password: weak }],
      ["a password without capitals", { username: "a", password: "correct-horse-1" }, { password: weak }],
      ["a password without digits", { username: "a", password: "Correct-horse" }, { password: weak }],
      ["a password without small letters", { username: "a", password: "CORRECT-HORSE-1" }, { password: weak }],
      ["a null password", { username: "a", password: null }, { password: { code: "invalid_type" } }],
      ["an endless password", { username: "a", password: `Aa1${"x".repeat(300)}` }, { password: { code: "too_long" } }],
      ["an empty name", { username: "a", name: "" }, { name: { code: "too_short" } }],
      ["a name of 513 characters", { username: "a", name: "x".repeat(513) }, { name: { code: "too_long" } }],
      [
        "custom fields that are no list",
        { username: "a", customFields: {} },
        { customFields: { code: "invalid_type" } },
      ],
      [
        "a custom field that is no object",
        { username: "a", customFields: [null] },
        { "customFields[0]": { code: "invalid_type" } },
      ],
      [
        "custom fields of one name",
        {
          username: "a",
          customFields: [
            { name: "x", value: 1 },
            { name: "x", value: 2 },
          ],
        },
        { "customFields[1].name": { code: "not_unique" } },
      ],
      [
        "custom fields of one name, the first with a fault of its own",
        {
          username: "a",
          customFields: [
            { name: "x", value: "" },
            { name: "x", value: "y", public: 1 },
            { name: "x", value: "y" },
          ],
        },
        {
          "customFields[0].value": { code: "too_short" },
          "customFields[1].public": { code: "invalid_type" },
          "customFields[1].name": { code: "not_unique" },
          "customFields[2].name": { code: "not_unique" },
        },
      ],
      [
        "a redirect of another scheme",
        { username: "a", redirectUrl: "javascript:alert(1)" },
        { redirectUrl: { code: "not_allowed" } },
      ],
      [
        "a redirect to an origin that is not allowed",
        { username: "a", redirectUrl: "https://evil.example/" },
        { redirectUrl: { code: "not_allowed" } },
      ],
      ["a null redirect", { username: "a", redirectUrl: null }, { redirectUrl: { code: "invalid_type" } }],
    ])("%s", async (_name, claims, errors) => {
      const survey = await open();
      const answer = await survey.createUser(claims);
      expectRefusal(answer, 400, "claims_invalid");
      expect(answer.json().errors).toMatchObject(errors);
      expect(Object.keys(answer.json().errors)).toEqual(Object.keys(errors));
    });

    it("every faulty claim at once, by its path", async () => {
      const survey = await open();
      const fields = [
        { name: "ok", value: "x" },
        { name: "", value: {} },
        { value: "x".repeat(513), public: "yes" },
      ];
      const answer = await survey.createUser({
        username: "",
        password: "x",
        name: 5,
        customFields: fields,
        redirectUrl: "/back",
      });
      expectRefusal(answer, 400, "claims_invalid");
      expect(Object.keys(answer.json().errors).sort()).toEqual([
        "customFields[1].name",
        "customFields[1].value",
        "customFields[2].name",
        "customFields[2].public",
        "customFields[2].value",
        "name",
        "password",
        "redirectUrl",
        "username",
      ]);
      expect(JSON.stringify(answer.json())).not.toContain("xxx");
    });

    it.each([
      ["a list", []],
      ["a text", "username"],
      ["a number", 5],
      ["null", null],
    ])("%s as payload", async (_name, payload) => {
      const survey = await open();
      const text = `${encode({ alg: "HS256" })}.${encode(JSON.stringify(payload))}`;
      const token = `${text}.${createHmac("sha256", survey.secret).update(text).digest("base64url")}`;
      const answer = await survey.createUser(token);
      expectRefusal(answer, 400, "claims_invalid");
      expect(answer.json().errors.username).toMatchObject({ code: "missing" });
    });

    it("a redirect that is not https in a live workspace", async () => {
      const dev = await open({ ...jwt, redirect: { url: null, allowed_origins: ["http://localhost:4000"] } });
      const live = await open({ ...jwt, redirect: { url: null, allowed_origins: ["https://clinic.example"] } }, "live");
      const answer = await live.createUser({ username: "a", redirectUrl: "http://clinic.example/" });
      expectRefusal(answer, 400, "claims_invalid");
      const signedIn = await dev.createUser({ username: "", redirectUrl: "http://localhost:4000/back" });
      expect(Object.keys(signedIn.json().errors)).toEqual(["username"]);
    });
  });
});

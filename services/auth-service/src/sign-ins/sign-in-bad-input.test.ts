import { uuidv7 } from "uuidv7";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { admin, postJson, respondentCredential, sql, useAuthService } from "../test/open-auth-service.ts";
import { createQuickHasher } from "../test/quick-hasher.ts";
import { openSurveyStandIn } from "../test/survey-stand-in.ts";

const hasher = await createQuickHasher();
const { service } = useAuthService({ hasher });
const password = "Caf\u00e9 au lait, \u00bd litre";
const alias = { surveyId: "bad-input", userName: "Zo\u00eb" };

beforeAll(async () => {
  const survey = await openSurveyStandIn(service().bus);
  survey.add(
    respondentCredential({
      survey_slug: alias.surveyId,
      username: alias.userName,
      password_hash: await hasher.hash(password),
    }),
  );
  const { db } = service();
  await sql(
    db,
    `INSERT INTO accounts (account_id, email, email_key, password_hash, operator) VALUES ($1, $2, $2, $3, true)`,
    uuidv7(),
    "zo\u00eb@clinic.example",
    await hasher.hash(password),
  );
});
beforeEach(async () => {
  await sql(service().db, "TRUNCATE sign_in_throttles");
});

const post = (url: string, payload: unknown) => postJson(service().app, { url, payload });
const send = (payload: string, headers: Record<string, string> = { "content-type": "application/json" }) =>
  service().app.inject({ method: "POST", url: "/signin", headers, payload });

describe("the e-mail", () => {
  it.each([
    ["as it is stored", "zo\u00eb@clinic.example", 200],
    ["in capitals", "ZO\u00cb@CLINIC.EXAMPLE", 200],
    ["decomposed", "zoe\u0308@clinic.example", 200],
    ["in wide letters", "\uff5ao\u00eb\uff20clinic.example", 200],
    ["with blanks around it", " \tzo\u00eb@clinic.example\n", 200],
    ["with a no-break space behind", "zo\u00eb@clinic.example\u00a0", 200],
    ["without the dots", "zoe@clinic.example", 401],
    ["with a zero-width space", "zo\u200b\u00eb@clinic.example", 401],
    ["with a zero-width joiner", "zo\u200d\u00eb@clinic.example", 401],
    ["with a soft hyphen", "zo\u00ad\u00eb@clinic.example", 401],
    ["with a right-to-left override", "\u202ezo\u00eb@clinic.example", 401],
    ["with a Cyrillic o", "z\u043e\u00eb@clinic.example", 401],
    ["with a Greek omicron", "z\u03bf\u00eb@clinic.example", 401],
    ["with a trailing dot", "zo\u00eb@clinic.example.", 401],
    ["with a blank inside", "zo\u00eb @clinic.example", 401],
    ["with a control character", "zo\u00eb\u0007@clinic.example", 401],
    ["with half a character", "zo\ud800@clinic.example", 401],
    ["as SQL", "' OR 1=1 --", 401],
    ["as a wildcard", "%@clinic.example", 401],
    ["as a JSON operator", '{"$ne":null}', 401],
    ["with NUL", "zo\u00eb@clinic.example\u0000", 400],
    ["empty", "", 400],
    ["too long", `${"z".repeat(320)}@clinic.example`, 400],
    ["a number", 7, 400],
    ["an array with the right one", ["zo\u00eb@clinic.example"], 400],
    ["an object", { $ne: null }, 400],
    ["null", null, 400],
    ["true", true, 400],
  ])("%s", async (_name, email, status) => {
    expect((await post("/signin", { email, password })).statusCode).toBe(status);
  });
});

describe("the username", () => {
  it.each([
    ["as it is stored", "Zo\u00eb", 200],
    ["in another case", "zo\u00eb", 401],
    ["with a trailing blank", "Zo\u00eb ", 401],
    ["with a zero-width space", "Zo\u200b\u00eb", 401],
    ["with a Cyrillic o", "Z\u043e\u00eb", 401],
    ["with half a character", "Zo\udfff", 401],
    ["as a wildcard", "Zo_", 401],
    ["an array", ["Zo\u00eb"], 400],
    ["a number", 0, 400],
    ["empty", "", 400],
    ["with NUL", "Zo\u0000", 400],
    ["too long", "Z".repeat(257), 400],
  ])("%s", async (_name, userName, status) => {
    expect((await post("/signin/alias", { ...alias, userName, password })).statusCode).toBe(status);
  });
});

describe.each([
  ["/signin", { email: "zo\u00eb@clinic.example" }],
  ["/signin/alias", alias],
])("the password of %s", (url, who) => {
  it.each([
    ["as it was set", password, 200],
    ["decomposed", password.normalize("NFD"), 200],
    ["in its compatible spelling", password.normalize("NFKC"), 200],
    ["in another case", password.toUpperCase(), 401],
    ["with a blank in front", ` ${password}`, 401],
    ["with a blank behind", `${password} `, 401],
    ["with a zero-width space", `${password}\u200b`, 401],
    ["with a Cyrillic letter in place", password.replace("a", "\u0430"), 401],
    ["empty", "", 401],
    ["blank", " ", 401],
    ["257 characters", "x".repeat(257), 401],
    ["1,024 characters", "x".repeat(1_024), 401],
    ["half a character", "\ud800", 401],
    ["a replacement character", "\ufffd", 401],
    ["1,025 characters", "x".repeat(1_025), 400],
    ["with NUL", `${password}\u0000`, 400],
    ["a number", 12_345_678, 400],
    ["an array with the right one", [password], 400],
    ["an object", { length: 20 }, 400],
    ["null", null, 400],
    ["false", false, 400],
  ])("%s", async (_name, given, status) => {
    expect((await post(url, { ...who, password: given })).statusCode).toBe(status);
  });

  it("of a megabyte is refused before anything reads it", async () => {
    hasher.takeCounts();
    const response = await post(url, { ...who, password: "x".repeat(1_000_000) });
    expect(response.json()).toMatchObject({ status: 413, code: "body_too_large" });
    expect(hasher.takeCounts()).toEqual({ real: 0, decoys: 0 });
  });

  it.each(["", "x".repeat(1_024)])("costs a hash even when it cannot be right", async (given) => {
    hasher.takeCounts();
    await post(url, { ...who, password: given });
    const { real, decoys } = hasher.takeCounts();
    expect(real + decoys).toBe(1);
  });
});

describe("the body", () => {
  it.each([
    ["with a role", { ...admin, role: "owner" }],
    ["with an id", { ...admin, account_id: uuidv7() }],
    ["with __proto__", JSON.parse(`{"__proto__":{"operator":true},"email":"a@b.example","password":"x"}`)],
    ["with another survey", { ...alias, password, email: admin.email }],
    ["an array", [admin]],
    ["a string", "admin"],
    ["null", null],
  ])("%s is a 400", async (_name, payload) => {
    expect((await post("/signin", payload)).statusCode).toBe(400);
  });

  it.each([
    ["a form", "email=a&password=b", { "content-type": "application/x-www-form-urlencoded" }, 415],
    ["text", JSON.stringify(admin), { "content-type": "text/plain" }, 415],
    ["half of JSON", '{"email":', { "content-type": "application/json" }, 400],
    ["nothing", "", { "content-type": "application/json" }, 400],
    ["100,000 levels", `${"[".repeat(8_000)}${"]".repeat(8_000)}`, { "content-type": "application/json" }, 400],
  ])("%s", async (_name, payload, headers, status) => {
    expect((await send(payload, headers)).statusCode).toBe(status);
  });

  it("takes the last of two members with one name, as JSON.parse does", async () => {
    const twice = `{"email":${JSON.stringify(admin.email)},"password":"wrong","password":${JSON.stringify(admin.password)}}`;
    expect((await send(twice)).statusCode).toBe(200);
  });
});

describe("a link's token", () => {
  it.each([
    ["with NUL", "%00"],
    ["with a slash", "a%2Fb"],
    ["with half a character", "%ED%A0%80"],
    ["with half an escape", "%E4%A"],
    ["of 4 KB", "x".repeat(4_096)],
    ["as SQL", "'%20OR%201=1--"],
    ["with dots", "..%2F..%2Fv2%2Fme"],
  ])("%s is no token, and no fault of ours", async (_name, token) => {
    const { statusCode } = await service().app.inject({ method: "POST", url: `/signin/token/${token}` });
    expect([400, 401, 404]).toContain(statusCode);
  });
});

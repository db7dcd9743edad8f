import { describe, expect, it } from "vitest";
import { publicUrl, useSurveyService } from "../test/open-survey-service.ts";
import type { TestWorkspace } from "../test/test-callers.ts";
import { createTestSurvey, type TestSurvey } from "../test/test-surveys.ts";

describe("POST /surveys/{slug}/create-user", () => {
  const { service } = useSurveyService();
  const workspaces = new Map<TestSurvey, TestWorkspace>();
  const open = async (settings?: Parameters<typeof createTestSurvey>[2]) => {
    const workspace = service().callers.workspace();
    const survey = await createTestSurvey(service().app, workspace, settings);
    workspaces.set(survey, workspace);
    return survey;
  };
  const workspaceOf = (survey: TestSurvey): TestWorkspace => {
    const workspace = workspaces.get(survey);
    if (!workspace) throw new Error("every survey has been made in a workspace");
    return workspace;
  };
  const column = async (name: "password_hash" | "redirect_url", userId: string): Promise<unknown> => {
    const found = await service().db.pool.query(`SELECT ${name} AS value FROM respondents WHERE user_id = $1`, [
      userId,
    ]);
    return found.rows[0].value;
  };
  const passwordHash = (userId: string) => column("password_hash", userId);
  const redirectUrlOf = (userId: string) => column("redirect_url", userId);

  describe("200", () => {
    it("makes a respondent and answers exactly the members of the contract", async () => {
      const survey = await open();
      const customFields = [
        { name: "site", value: "north", public: true },
        { name: "age", value: 41 },
        { name: "smokes", value: false },
      ];
      const answer = await survey.createUser({ username: " Anna ✓ ", name: "Anna", customFields });
      expect(answer.json()).toEqual({
        userId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        username: " Anna ✓ ",
        authToken: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
        name: "Anna",
        customFields: [
          { name: "site", value: "north", public: true },
          { name: "age", value: "41" },
          { name: "smokes", value: "false" },
        ],
      });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers["cache-control"]).toBe("no-store");
    });

    it("answers and stores no name and no custom fields where the survey does not store them", async () => {
      const survey = await open({ user_generation: { mode: "jwt" } });
      const answer = await survey.createUser({
        username: "a",
        name: "Anna",
        customFields: [{ name: "x", value: "y" }],
      });
      expect(Object.keys(answer.json())).toEqual(["userId", "username", "authToken"]);
      const rows = await service().db.pool.query("SELECT name, custom_fields FROM users WHERE user_id = $1", [
        answer.json().userId,
      ]);
      expect(rows.rows).toEqual([{ name: null, custom_fields: [] }]);
    });

    it("adds what was made and where it leads with ?expand=urls", async () => {
      const survey = await open();
      const first = (await survey.createUser({ username: "a" }, "?expand=urls")).json();
      const again = (await survey.createUser({ username: "a" }, "?expand=urls")).json();
      const base = `${publicUrl}/${survey.slug}`;
      expect(first).toMatchObject({
        created: true,
        urls: {
          home: `${base}?auth=${first.authToken}`,
          recall: `${base}/recall?auth=${first.authToken}`,
          feedback: `${base}/feedback?auth=${first.authToken}`,
          short: `${publicUrl}/a/${first.authToken}`,
        },
      });
      expect(again).toEqual({ ...first, created: false });
    });

    it("answers the same user and token again, whatever the password says", async () => {
      const survey = await open();
      const first = await survey.createUser({ username: "a", name: "Anna", password: "Correct-horse-1" });
      const stored = await passwordHash(first.json().userId);
      const again = await survey.createUser({ username: "a", name: "Anna", password: "Another-horse-2" });
      expect(again.json()).toEqual(first.json());
      expect(stored).toMatch(/^\$argon2id\$/);
      expect(await passwordHash(first.json().userId)).toBe(stored);
    });

    it("replaces name and custom fields whole where they are claimed, and leaves them where they are not", async () => {
      const survey = await open();
      const customFields = [
        { name: "site", value: "north" },
        { name: "arm", value: "b" },
      ];
      await survey.createUser({ username: "a", name: "Anna", customFields });
      const named = (await survey.createUser({ username: "a", name: "Anne" })).json();
      expect(named).toMatchObject({ name: "Anne", customFields });
      const fielded = (await survey.createUser({ username: "a", customFields: [{ name: "arm", value: "c" }] })).json();
      expect(fielded).toMatchObject({ name: "Anne", customFields: [{ name: "arm", value: "c" }] });
      const cleared = (await survey.createUser({ username: "a", name: null, customFields: [] })).json();
      expect(cleared).toMatchObject({ name: null, customFields: [] });
      expect((await survey.createUser({ username: "a" })).json()).toEqual(cleared);
    });

    it("tells usernames apart by case, and surveys apart", async () => {
      const [one, other] = [await open(), await open()];
      const answers = [
        await one.createUser({ username: "anna" }),
        await one.createUser({ username: "Anna" }),
        await other.createUser({ username: "anna" }),
      ];
      expect(new Set(answers.map((answer) => answer.json().userId)).size).toBe(3);
      expect(new Set(answers.map((answer) => answer.json().authToken)).size).toBe(3);
    });

    it("takes the slug in any case, and sub and aud that name this survey and this server", async () => {
      const survey = await open();
      const { app } = service();
      const claims = { username: "a", sub: survey.slug.toUpperCase(), aud: ["https://other.example", `${publicUrl}/`] };
      const url = `/surveys/${survey.slug.toUpperCase()}/create-user`;
      const answer = await app.inject({ method: "POST", url, body: { token: await survey.sign(claims) } });
      expect(answer.statusCode).toBe(200);
      expect((await survey.createUser({ username: "a", aud: publicUrl })).statusCode).toBe(200);
    });

    it("takes HS512, and ignores claims it does not know", async () => {
      const survey = await open();
      const token = await survey.sign({ username: "a", role: "admin", __proto__: null }, { header: { alg: "HS512" } });
      expect((await survey.createUser(token)).statusCode).toBe(200);
    });

    it("keeps the redirect of the claim when its origin is allowed, and answers it where it is claimed", async () => {
      const redirect = { url: null, allowed_origins: ["https://clinic.example"] };
      const survey = await open({ user_generation: { mode: "jwt" }, redirect });
      const redirectUrl = "https://clinic.example/back?case={externalUserId}";
      const first = (await survey.createUser({ username: "a", redirectUrl })).json();
      expect(first.redirectUrl).toBe(redirectUrl);
      expect(await redirectUrlOf(first.userId)).toBe(redirectUrl);
      const again = (await survey.createUser({ username: "a" })).json();
      expect(again.redirectUrl).toBeUndefined();
      expect(await redirectUrlOf(first.userId)).toBe(redirectUrl);
      await survey.createUser({ username: "a", redirectUrl: "https://clinic.example/other" });
      expect(await redirectUrlOf(first.userId)).toBe("https://clinic.example/other");
    });

    it("draws tokens of the length and from the characters that the survey asks for", async () => {
      const survey = await open({ user_generation: { mode: "jwt" }, auth_url: { charset: "0123456789", length: 12 } });
      const { authToken } = (await survey.createUser({ username: "a" })).json();
      expect(authToken).toMatch(/^[0-9]{12}$/);
      const base = { auth_url: { base_url: "https://study.example/", charset: "0123456789", length: 14 } };
      const { headers } = workspaceOf(survey);
      await service().app.inject({
        method: "PATCH",
        url: `/v2/surveys/${survey.slug}`,
        headers,
        body: { settings: base },
      });
      const again = (await survey.createUser({ username: "a" }, "?expand=urls")).json();
      expect(again.authToken).toBe(authToken);
      expect(again.urls.short).toBe(`https://study.example/a/${authToken}`);
      expect((await survey.createUser({ username: "b" })).json().authToken).toMatch(/^[0-9]{14}$/);
    });
  });
});

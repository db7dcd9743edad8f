import { describe, expect, it } from "vitest";
import { publicUrl, useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

describe("POST /surveys/{slug}/create-user", () => {
  const { service } = useSurveyService();
  const open = (settings?: Parameters<typeof createTestSurvey>[2]) =>
    createTestSurvey(service().app, service().callers.workspace(), settings);

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
      const answer = await survey.createUser({ username: "a", name: "Anna", customFields: [{ name: "x", value: "y" }] });
      expect(Object.keys(answer.json())).toEqual(["userId", "username", "authToken"]);
      const rows = await service().db.pool.query("SELECT name, custom_fields FROM users WHERE user_id = $1", [answer.json().userId]);
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
  });
});

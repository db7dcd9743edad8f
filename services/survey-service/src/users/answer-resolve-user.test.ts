import { resolveUser } from "@roundtrip/contracts/survey/resolve-user.rpc";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenSurveyService, openSurveyService } from "../test/open-survey-service.ts";

const { database } = useTestDatabase("survey");
const [workspaceId, otherWorkspaceId, userId, otherUserId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
const externalUserId = "a/+& =?#ü😀";
let db: Database;
let service: OpenSurveyService;
beforeAll(async () => {
  db = openDatabase({ url: database().url, name: "test", poolSizeMax: 1 });
  service = await openSurveyService(database().url, { workers: true });
  await db.query(
    {
      name: "insert",
      text: "INSERT INTO users (user_id, workspace_id, external_user_id) VALUES ($1, $2, $5), ($3, $4, $5)",
    },
    [userId, workspaceId, otherUserId, otherWorkspaceId, externalUserId],
  );
});
afterAll(async () => {
  await service.close();
  await db.close();
});
const ask = async (request: unknown) =>
  JSON.parse(await service.bus.request(resolveUser.subject, JSON.stringify(request), 2_000));

describe("rpc.survey.resolve-user", () => {
  it("finds a user by either id, in any spelling of a UUID", async () => {
    for (const wanted of [
      { user_id: userId },
      { user_id: userId.toUpperCase() },
      { external_user_id: externalUserId },
    ]) {
      expect(await ask({ workspace_id: workspaceId, ...wanted })).toEqual({ user_id: userId });
    }
  });

  it("keeps to the workspace: the same external id is another user in another one", async () => {
    expect(await ask({ workspace_id: otherWorkspaceId, external_user_id: externalUserId })).toEqual({
      user_id: otherUserId,
    });
    expect(await ask({ workspace_id: otherWorkspaceId, user_id: userId })).toEqual({ user_id: null });
  });

  it("answers null for somebody unknown", async () => {
    for (const wanted of [{ user_id: uuidv7() }, { external_user_id: "nobody" }, { external_user_id: "A/+& =?#Ü😀" }]) {
      expect(await ask({ workspace_id: workspaceId, ...wanted })).toEqual({ user_id: null });
    }
  });

  it.each([
    ["no id", {}],
    ["both ids", { user_id: userId, external_user_id: externalUserId }],
    ["no workspace", { workspace_id: undefined, user_id: userId }],
    ["an id that is none", { user_id: "' OR 1=1" }],
    ["NUL", { external_user_id: "a\u0000" }],
  ])("answers no question with %s", async (_name, wanted) => {
    await expect(ask({ workspace_id: workspaceId, ...wanted })).rejects.toThrow();
  });
});

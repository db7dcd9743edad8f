import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { isTokenSpent, pruneSpentTokens, spendToken } from "./used-token.store.ts";

describe("tokens that count once", () => {
  const { service } = useSurveyService();
  const surveyId = crypto.randomUUID();
  const spend = (jti: string, exp: number | null) =>
    service().db.transaction((tx) => spendToken(tx, { surveyId, jti, exp }));
  const isSpent = (jti: string) => isTokenSpent(service().db, { surveyId, jti });

  it("are remembered until they would have expired anyway, and for ever when they never would", async () => {
    const now = new Date("2026-06-15T12:00:00Z");
    const seconds = now.getTime() / 1_000;
    await spend("expired", seconds - 1);
    await spend("alive", seconds + 1);
    await spend("endless", null);
    await spend("absurd", 1e300);
    expect(await spend("alive", seconds + 1)).toBe(false);
    await pruneSpentTokens(service().db, now);
    expect(await Promise.all(["expired", "alive", "endless", "absurd"].map(isSpent))).toEqual([
      false,
      true,
      true,
      true,
    ]);
  });

  it("are not spent by a transaction that fails", async () => {
    const failing = service().db.transaction(async (tx) => {
      await spendToken(tx, { surveyId, jti: "rolled-back", exp: null });
      throw new Error("later in the same transaction");
    });
    await expect(failing).rejects.toThrow("later");
    expect(await isSpent("rolled-back")).toBe(false);
  });
});

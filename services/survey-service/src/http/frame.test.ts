import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";

describe("the frame", () => {
  const { service } = useSurveyService({ workers: true });

  it("starts on its own database", async () => {
    const answer = await service().app.inject({ url: "/v2/nothing" });
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: "route_not_found" });
  });
});

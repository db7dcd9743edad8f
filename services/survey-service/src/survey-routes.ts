import type { Worker } from "@roundtrip/service-runner/service";
import type { SurveyDeps } from "./deps.ts";
import type { RouteLists } from "./session-routes.ts";

export const surveyRoutes = (_deps: SurveyDeps): RouteLists => ({
  public: [],
  respondent: [],
  workspace: [],
});

export const surveyWorkers = (_deps: SurveyDeps): readonly Worker[] => [];

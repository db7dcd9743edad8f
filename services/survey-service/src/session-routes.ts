import type { Route } from "@roundtrip/http-operation/route";
import type { Worker } from "@roundtrip/service-runner/service";
import type { SurveyDeps } from "./deps.ts";

export interface RouteLists {
  readonly public: readonly Route[];
  readonly respondent: readonly Route[];
  readonly workspace: readonly Route[];
}

export const sessionRoutes = (_deps: SurveyDeps): RouteLists => ({
  public: [],
  respondent: [],
  workspace: [],
});

export const sessionWorkers = (_deps: SurveyDeps): readonly Worker[] => [];

import type { Environment } from "@roundtrip/contracts/scope";
import type { SurveyState } from "@roundtrip/contracts/survey/survey-object";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import type { PageRequest } from "@roundtrip/http-operation/page";
import type { Prisma } from "../store/survey-db.ts";
import { type Survey, toSurvey } from "./survey.store.ts";

/** Oldest first; one more than the page holds. */
export const listSurveys = async (prisma: Prisma, workspaceId: string, page: PageRequest): Promise<Survey[]> => {
  const rows = await prisma.survey.findMany({
    where: { workspaceId, ...(page.after === null ? {} : { surveyId: { gt: page.after } }) },
    orderBy: { surveyId: "asc" },
    take: page.size + 1,
  });
  return rows.map((row) =>
    toSurvey({
      ...row,
      // Written by this service alone, from values that the contracts' schemas had checked.
      environment: row.environment as Environment,
      state: row.state as SurveyState,
      settings: row.settings as SurveySettings,
      startDate: dateOf(row.startDate),
      endDate: dateOf(row.endDate),
    }),
  );
};

const dateOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;

import { SurveyState } from "@roundtrip/contracts/survey/survey-object";
import { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import type { PageRequest } from "@roundtrip/http-operation/page";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Prisma } from "../store/survey-db.ts";
import { type Survey, toSurvey } from "./survey.store.ts";

/** The columns that Prisma knows less of than we do. */
const knownColumns = Compile(
  Type.Object({ environment: Type.Enum(["live", "dev"]), state: SurveyState, settings: SurveySettings }),
);

/** Oldest first; one more than the page holds. */
export const listSurveys = async (prisma: Prisma, workspaceId: string, page: PageRequest): Promise<Survey[]> => {
  const rows = await prisma.survey.findMany({
    where: { workspaceId, ...(page.after === null ? {} : { surveyId: { gt: page.after } }) },
    orderBy: { surveyId: "asc" },
    take: page.size + 1,
  });
  return rows.map((row) => {
    if (!knownColumns.Check(row)) throw new Error(`survey ${row.surveyId} is not as it was stored`);
    return toSurvey({ ...row, startDate: dateOf(row.startDate), endDate: dateOf(row.endDate) });
  });
};

const dateOf = (date: Date | null): string | null => date?.toISOString().slice(0, 10) ?? null;

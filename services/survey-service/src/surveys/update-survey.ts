import type { SettingsChange } from "@roundtrip/contracts/survey/survey-settings";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import { checkSurvey } from "./check-survey.rules.ts";
import { findSurvey, type Survey } from "./survey.store.ts";
import { mergeSettings } from "./survey-settings.rules.ts";
import { lockSurveyRow, type SurveyFields, updateSurveyRow } from "./write-survey.store.ts";

export interface UpdateSurvey {
  readonly workspaceId: string;
  readonly survey: string;
  /** What is absent stays. */
  readonly change: Partial<Omit<SurveyFields, "settings">> & { readonly settings?: SettingsChange };
}

/** Of a survey without a redirect, one cannot be changed: it begins with its URL, which may be null. */
const urlMissing = { loc: ["body", "settings", "redirect", "url"], msg: "is required", type: "missing" };

/** Changes a survey. The whole is checked, not the change alone: a new origin list may leave an old URL outside it. */
export const updateSurvey = async (
  deps: Pick<SurveyDeps, "db" | "clock" | "createUserGates">,
  command: UpdateSurvey,
): Promise<Survey> => {
  const updated = await deps.db.transaction(async (tx) => {
    const found = await findSurvey(tx, command.workspaceId, command.survey);
    const row = found && (await lockSurveyRow(tx, found.surveyId));
    if (!row) throw new Problem("survey_not_found");
    const settings = mergeSettings(row.settings, command.change.settings ?? {});
    if (settings === null) throw new Problem("invalid_request", { detail: [urlMissing] });
    const changed = { ...row, ...command.change, settings };
    const faults = checkSurvey(changed, settings, row.environment);
    if (faults.length > 0) throw new Problem("invalid_request", { detail: faults });
    return updateSurveyRow(tx, row.surveyId, { ...changed, now: deps.clock() });
  });
  deps.createUserGates.forget(updated.slug);
  return updated;
};

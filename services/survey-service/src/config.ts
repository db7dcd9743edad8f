import { commonSettings } from "@roundtrip/service-runner/common-settings";
import { type Config, optionalText } from "@roundtrip/service-runner/config";

export const surveySettings = {
  ...commonSettings,
  WEB_DIR: optionalText("folder with the respondent app's build; by default the repository's apps/respondent/dist"),
} as const;

export type SurveyConfig = Config<typeof surveySettings>;

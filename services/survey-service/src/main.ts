import { parseConfig } from "@roundtrip/service-runner/config";
import { runProcess } from "@roundtrip/service-runner/run-process";
import { surveySettings } from "./config.ts";
import { createSurveyService } from "./service.ts";

const config = parseConfig(surveySettings, process.env);
await runProcess("survey-service", config, (parts) => createSurveyService(config, parts));

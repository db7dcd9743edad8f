import type { Operation } from "../operation.ts";
import { sessionOperations } from "./session.operations.ts";

/** Every operation of survey-service. */
export const surveyOperations = [...sessionOperations] as const satisfies readonly Operation[];

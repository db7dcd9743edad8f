import { createHash } from "node:crypto";
import { respondentCredential as rpc } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { respondentCredential } from "./open-auth-service.ts";

type Credential = ReturnType<typeof respondentCredential>;
type Question = { readonly token_sha256?: string; readonly survey?: string; readonly username?: string };

export interface SurveyStandIn {
  /** How often it was asked. */
  readonly asked: () => number;
  add(credential: Credential): void;
  close(): Promise<void>;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** survey-service's end of `rpc.survey.respondent-credential`. */
export const openSurveyStandIn = async (bus: EventBus): Promise<SurveyStandIn> => {
  const credentials: Credential[] = [];
  let asked = 0;
  const subscription = await bus.respond(rpc.subject, async (body) => {
    asked += 1;
    const question = JSON.parse(body) as Question; // sent by `find-respondent-credential.ts` in the shape of the contract
    const credential = credentials.findLast((item) =>
      question.token_sha256 === undefined
        ? [item.survey_id, item.survey_slug].includes(question.survey?.toLowerCase() ?? "") &&
          item.username === question.username
        : item.token_sha256 === question.token_sha256,
    );
    return JSON.stringify({ credential: credential ?? null });
  });
  return {
    asked: () => asked,
    add: (credential) => void credentials.push(credential),
    close: () => subscription.close(),
  };
};

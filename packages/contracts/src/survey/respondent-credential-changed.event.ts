import { eventType } from "../event.ts";
import { RespondentCredential } from "./respondent-credential.rpc.ts";

/** Internal: keeps auth-service's projection of respondents' credentials. Never sent to customers. */
export const respondentCredentialChanged = eventType({
  type: "survey.respondent-credential.changed.v1",
  data: RespondentCredential,
  consumers: ["auth-service-on-respondent-credential-changed"],
  publicType: null,
});

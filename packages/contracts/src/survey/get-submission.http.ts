import { Closed, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { Submission } from "./submission.ts";

export const getSubmission = operation({
  id: "getSubmission",
  service: "survey",
  method: "GET",
  path: "/v2/submissions/:submission_id",
  summary: "One submission",
  access: { kind: "workspace", scope: "submissions:read", role: "viewer" },
  dialect: "v2",
  params: Closed({ submission_id: Uuid }),
  responses: { 200: Submission },
  problems: ["submission_not_found"],
});

import { Type } from "typebox";
import { Closed, Instant, Page, PageQuery, Text, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { Submission } from "./submission.ts";

export const listSubmissions = operation({
  id: "listSubmissions",
  service: "survey",
  method: "GET",
  path: "/v2/submissions",
  summary: "Submissions of the workspace, in the order in which they became readable",
  description:
    "Following `next` neither misses nor repeats a submission, whatever is handed in meanwhile. " +
    "`since` is inclusive and `until` exclusive; both look at `completed_at`.",
  access: { kind: "workspace", scope: "submissions:read", role: "viewer" },
  dialect: "v2",
  query: Closed({
    /** A slug or an id. */
    survey: Type.Optional(Text(128)),
    user_id: Type.Optional(Uuid),
    external_user_id: Type.Optional(Text(256)),
    since: Type.Optional(Instant),
    until: Type.Optional(Instant),
    ...PageQuery,
  }),
  responses: { 200: Page(Submission) },
  problems: [],
});

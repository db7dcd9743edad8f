import { type Static, Type } from "typebox";
import { Closed, Instant, Uuid } from "../formats.ts";
import { operation } from "../operation.ts";
import { SurveyParams } from "./survey-object.ts";

const Wishes = Closed({
  secret: Type.Optional(Type.String({ minLength: 8, maxLength: 512 })),
  overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 604_800 })),
});

export const createJwtSecret = operation({
  id: "createJwtSecret",
  service: "survey",
  method: "POST",
  path: "/v2/surveys/:survey/jwt-secret",
  summary: "Make or rotate the secret that create-user tokens are signed with",
  description:
    "The secret is shown this once. Bring your own (at least 32 bytes of UTF-8) or leave it out to get a random one. Older " +
    "secrets stay valid for `overlap_seconds` (default 0: they end now). The body may be left out.",
  access: { kind: "workspace", scope: "surveys:write", role: "admin" },
  dialect: "v2",
  params: SurveyParams,
  /** No body is validated as null, and reaches the route as it was sent. */
  body: Type.Unsafe<Static<typeof Wishes> | null | undefined>({ ...Wishes, type: ["object", "null"] }),
  responses: { 201: Closed({ secret_id: Uuid, secret: Type.String(), created_at: Instant }) },
  problems: ["survey_not_found"],
});

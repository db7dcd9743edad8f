import { Type } from "typebox";
import { Closed, Nullable, Uuid } from "../formats.ts";
import { rpc } from "../rpc.ts";

/**
 * What auth-service needs to sign a respondent in. `token_sha256` is the SHA-256 (hex) of the authentication token,
 * `password_hash` an argon2id PHC string. `revision` rises with every change; an older one never replaces a newer one.
 */
export const RespondentCredential = Closed({
  respondent_id: Uuid,
  workspace_id: Uuid,
  survey_id: Uuid,
  survey_slug: Type.String(),
  user_id: Uuid,
  username: Type.String(),
  token_sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  token_expires_at: Nullable(Type.String()),
  password_hash: Nullable(Type.String()),
  revision: Type.Integer({ minimum: 1 }),
  deleted: Type.Boolean(),
});

/** auth-service asks when its projection does not know an alias or a token yet, so that a link works at once. */
export const respondentCredential = rpc({
  subject: "rpc.survey.respondent-credential",
  owner: "survey-service",
  callers: ["auth-service"],
  request: Type.Union([
    Closed({ token_sha256: Type.String({ pattern: "^[0-9a-f]{64}$" }) }),
    Closed({ survey: Type.String({ maxLength: 128 }), username: Type.String({ maxLength: 256 }) }),
  ]),
  reply: Closed({ credential: Nullable(RespondentCredential) }),
});

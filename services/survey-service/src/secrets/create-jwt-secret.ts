import { randomBytes } from "node:crypto";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import type { SurveyDeps } from "../deps.ts";
import { findSurvey } from "../surveys/survey.store.ts";
import { replaceSecrets, secretContext } from "./survey-secret.store.ts";

export interface CreateJwtSecret {
  readonly workspaceId: string;
  readonly survey: string;
  /** The customer's own; left out, 32 random bytes in base64url. */
  readonly secret: string | undefined;
  readonly overlapSeconds: number;
}

/** HS256 asks for a key as long as its hash (RFC 7518 section 3.2). */
const secretBytesMin = 32;

/** Makes or rotates the secret that a survey's create-user tokens are signed with. It is sealed before it is stored. */
export const createJwtSecret = async (
  deps: Pick<SurveyDeps, "db" | "keyring" | "clock" | "createUserGates">,
  command: CreateJwtSecret,
) => {
  const secret = command.secret ?? randomBytes(secretBytesMin).toString("base64url");
  if (Buffer.byteLength(secret, "utf8") < secretBytesMin || /\p{Surrogate}/u.test(secret)) {
    const msg = `must be at least ${secretBytesMin} bytes of UTF-8`;
    throw new Problem("invalid_request", { detail: [{ loc: ["body", "secret"], msg, type: "too_short" }] });
  }
  const createdAt = deps.clock();
  const secretId = uuidv7();
  const slug = await deps.db.transaction(async (tx) => {
    const survey = await findSurvey(tx, command.workspaceId, command.survey);
    if (!survey) throw new Problem("survey_not_found");
    await replaceSecrets(tx, {
      secretId,
      surveyId: survey.surveyId,
      workspaceId: survey.workspaceId,
      sealed: deps.keyring.seal(secret, secretContext(secretId, survey.workspaceId)),
      createdAt,
      olderRetireAt: new Date(createdAt.getTime() + command.overlapSeconds * 1_000),
    });
    return survey.slug;
  });
  deps.createUserGates.forget(slug);
  return { secretId, secret, createdAt };
};

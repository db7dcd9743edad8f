import { createJwtSecret as createJwtSecretOperation } from "@roundtrip/contracts/survey/create-jwt-secret.http";
import { route } from "@roundtrip/http-operation/route";
import type { SurveyDeps } from "../deps.ts";
import { createJwtSecret } from "./create-jwt-secret.ts";

export const createJwtSecretRoute = (deps: SurveyDeps) =>
  route(createJwtSecretOperation, async ({ params, body, caller }) => {
    const made = await createJwtSecret(deps, {
      workspaceId: caller.workspaceId,
      survey: params.survey,
      secret: body?.secret,
      overlapSeconds: body?.overlap_seconds ?? 0,
    });
    return {
      status: 201,
      headers: { "cache-control": "no-store" },
      body: { secret_id: made.secretId, secret: made.secret, created_at: made.createdAt.toISOString() },
    };
  });

import type { RespondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import type { Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { Static } from "typebox";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { revokeSignInsOf } from "../sign-ins/sign-in.store.ts";
import { upsertCredential } from "./respondent-credential.store.ts";

export interface ApplyCredentialDeps {
  readonly keyring: Keyring;
  readonly bus: EventBus;
}

/**
 * Brings the projection up to what survey-service says, by event or by answer. An older revision changes nothing; a
 * deleted respondent is forgotten but for its revision, and signed out everywhere.
 */
export const applyRespondentCredential = async (
  tx: Tx,
  { keyring, bus }: ApplyCredentialDeps,
  credential: Static<typeof RespondentCredential>,
): Promise<void> => {
  const written = await upsertCredential(tx, {
    respondentId: credential.respondent_id,
    workspaceId: credential.workspace_id,
    surveyId: credential.survey_id,
    revision: credential.revision,
    known: credential.deleted
      ? null
      : {
          surveySlug: credential.survey_slug,
          userId: credential.user_id,
          username: credential.username,
          tokenDigest: keyring.digest(credential.token_sha256),
          tokenExpiresAt: credential.token_expires_at,
          passwordHash: credential.password_hash,
        },
  });
  if (written && credential.deleted) {
    await revokeSignInsOf(tx, credential.respondent_id, "respondent_deleted");
    announceEnded(tx, bus, [credential.respondent_id]);
  }
};

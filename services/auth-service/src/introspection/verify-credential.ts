import type { CredentialQuestion, Verified } from "@roundtrip/access-token/authenticator";
import { credentialWord } from "@roundtrip/access-token/credential-format";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { verifyApiKey, verifyApiKeyById } from "../api-keys/verify-api-key.ts";
import { verifyPersonalAccessToken } from "../personal-access-tokens/verify-personal-access-token.ts";

export type Question = CredentialQuestion;

export interface VerifyCredentialDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly clock: () => Date;
  /** Takes note of the use; writing it down is a worker's business. */
  readonly noteUse: (credentialId: string) => void;
}

/**
 * Null for what is malformed, unknown, expired or revoked, for a key of a suspended customer and for a token whose owner may
 * do nothing any more. Shape and checksum are looked at before the database is. A question by id is no use of the key.
 */
export const verifyCredential = async (deps: VerifyCredentialDeps, question: Question): Promise<Verified | null> => {
  if ("api_key_id" in question) return verifyApiKeyById(deps, question.api_key_id);
  const word = credentialWord(question.credential);
  if (word === null) return null;
  const verified =
    word === "pat"
      ? await verifyPersonalAccessToken(deps, question.credential)
      : await verifyApiKey(deps, question.credential);
  if (verified) deps.noteUse(verified.credential_id);
  return verified;
};

import type { CredentialQuestion, Verified } from "@roundtrip/access-token/authenticator";
import { credentialSha256, credentialWord } from "@roundtrip/access-token/credential-format";
import type { verifyCredential as rpc } from "@roundtrip/contracts/auth/verify-credential.rpc";
import type { RpcRequest } from "@roundtrip/contracts/rpc";
import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { verifyApiKey, verifyApiKeyById } from "../api-keys/verify-api-key.ts";
import { verifyPersonalAccessToken } from "../personal-access-tokens/verify-personal-access-token.ts";

export type Question = CredentialQuestion;
/** The same question as it comes over the bus. */
export type HashedQuestion = RpcRequest<typeof rpc>;

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
  const kind = word === "pat" ? "personal_access_token" : "api_key";
  return verifyHashedCredential(deps, { kind, credential_sha256: credentialSha256(question.credential) });
};

/** For those who ask over the bus; they have looked at shape and checksum themselves. */
export const verifyHashedCredential = async (
  deps: VerifyCredentialDeps,
  question: HashedQuestion,
): Promise<Verified | null> => {
  if ("api_key_id" in question) return verifyApiKeyById(deps, question.api_key_id);
  const verified =
    question.kind === "personal_access_token"
      ? await verifyPersonalAccessToken(deps, question.credential_sha256)
      : await verifyApiKey(deps, question.credential_sha256);
  if (verified) deps.noteUse(verified.credential_id);
  return verified;
};

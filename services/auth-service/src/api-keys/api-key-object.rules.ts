import type { CreatedApiKey } from "@roundtrip/contracts/auth/api-key";
import type { Environment, Scope } from "@roundtrip/contracts/scope";
import type { Static } from "typebox";

export interface CreatedKey {
  readonly apiKeyId: string;
  readonly name: string;
  readonly environment: Environment;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly key: string;
}

export const createdKeyObject = (created: CreatedKey): Static<typeof CreatedApiKey> => ({
  api_key_id: created.apiKeyId,
  name: created.name,
  environment: created.environment,
  prefix: created.prefix,
  scopes: [...created.scopes],
  created_at: created.createdAt.toISOString(),
  expires_at: created.expiresAt?.toISOString() ?? null,
  key: created.key,
});

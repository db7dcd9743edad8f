import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { type Scope, scopes } from "../scope.ts";

export const EnvironmentName = Type.Union([Type.Literal("live"), Type.Literal("dev")]);

export const ScopeName = Type.Unsafe<Scope>({ type: "string", enum: scopes });

/** What may be shown of an API key after its creation. */
const shown = {
  api_key_id: Uuid,
  name: Type.String(),
  environment: EnvironmentName,
  /** The key's beginning, to tell keys apart. */
  prefix: Type.String(),
  scopes: Type.Array(ScopeName),
  created_at: Instant,
  expires_at: Nullable(Instant),
};

export const ApiKeyObject = Closed({ ...shown, last_used_at: Nullable(Instant) });
export type ApiKeyObject = Static<typeof ApiKeyObject>;

export const CreatedApiKey = Closed({
  ...shown,
  /** The key itself, this once. */
  key: Type.String(),
});

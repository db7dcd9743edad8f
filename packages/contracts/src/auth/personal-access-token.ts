import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";
import { ScopeName } from "./api-key.ts";

const shown = {
  personal_access_token_id: Uuid,
  name: Type.String(),
  /** The token's beginning, to tell tokens apart. */
  prefix: Type.String(),
  scopes: Type.Array(ScopeName),
  created_at: Instant,
  expires_at: Instant,
};

export const PersonalAccessTokenObject = Closed({ ...shown, last_used_at: Nullable(Instant) });
export type PersonalAccessTokenObject = Static<typeof PersonalAccessTokenObject>;

/** `token`: the token itself, this once. */
export const CreatedPersonalAccessToken = Closed({ ...shown, token: Type.String() });

import { Type } from "typebox";
import { Closed } from "../formats.ts";

/** Six digits of an authenticator app, or a recovery code; blanks and hyphens do not matter. */
export const OneTimeCode = Type.String({ minLength: 6, maxLength: 64 });

export const RecoveryCodes = Closed({ recovery_codes: Type.Array(Type.String()) });

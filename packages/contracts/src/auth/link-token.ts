import { Type } from "typebox";

/** The secret in a mailed link: 43 characters of base64url, 256 bits. Longer ones are looked up in vain, not refused. */
export const LinkToken = Type.String({ minLength: 1, maxLength: 128 });

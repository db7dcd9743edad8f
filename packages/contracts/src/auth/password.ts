import { Type } from "typebox";

/** Bounded before it is looked at; at most 256 code points are ever hashed. */
export const Password = Type.String({ minLength: 1, maxLength: 1_024 });

import { Type } from "typebox";
import { Closed } from "../formats.ts";

/** `?delivery=cookie` is the flavour for browsers: the refresh token comes as an httpOnly cookie, not in the body. */
export const DeliveryQuery = Closed({ delivery: Type.Optional(Type.Literal("cookie")) });

export const AccessTokenAnswer = Closed({ accessToken: Type.String() });

/** `refreshToken` is a JWT to be kept safe for long-term use. */
export const SignInAnswer = Type.Union([Closed({ refreshToken: Type.String() }), AccessTokenAnswer]);

/** A password as it is typed at a sign-in. An empty one is as wrong as any other, and takes as long to be refused. */
export const PasswordText = Type.String({ maxLength: 1_024, pattern: "^[^\\u0000]*$" });

/** Text of a credential. NUL cannot be stored, so it cannot be part of one. */
export const CredentialText = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "^[^\\u0000]*$" });

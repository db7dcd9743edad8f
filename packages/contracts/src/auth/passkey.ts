import { type Static, Type } from "typebox";
import { Closed, Instant, Nullable, Uuid } from "../formats.ts";

/** The options of a WebAuthn ceremony in their JSON form, and the id to come back with. */
export const PasskeyChallenge = Closed({
  challenge_id: Uuid,
  options: Type.Record(Type.String(), Type.Unknown()),
});

const Base64Url = Type.String({ maxLength: 8_192, pattern: "^[A-Za-z0-9_-]*$" });

/** `PublicKeyCredential.toJSON()` of a registration or a sign-in (WebAuthn Level 3, section 5.1). */
export const WebAuthnResponse = Closed({
  id: Type.String({ minLength: 1, maxLength: 1_024, pattern: "^[A-Za-z0-9_-]+$" }),
  rawId: Type.String({ minLength: 1, maxLength: 1_024, pattern: "^[A-Za-z0-9_-]+$" }),
  type: Type.Literal("public-key"),
  authenticatorAttachment: Type.Optional(Nullable(Type.String({ maxLength: 64 }))),
  clientExtensionResults: Type.Record(Type.String({ maxLength: 64 }), Type.Unknown()),
  response: Closed({
    clientDataJSON: Base64Url,
    attestationObject: Type.Optional(Base64Url),
    authenticatorData: Type.Optional(Base64Url),
    signature: Type.Optional(Base64Url),
    userHandle: Type.Optional(Nullable(Base64Url)),
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 16 })),
    publicKey: Type.Optional(Base64Url),
    publicKeyAlgorithm: Type.Optional(Type.Integer()),
  }),
});
export type WebAuthnResponse = Static<typeof WebAuthnResponse>;

export const PasskeyObject = Closed({
  passkey_id: Uuid,
  name: Type.String(),
  created_at: Instant,
  last_used_at: Nullable(Instant),
});
export type PasskeyObject = Static<typeof PasskeyObject>;

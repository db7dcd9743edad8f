import { Problem } from "@roundtrip/http-problem/problem";
import { compactVerify, errors } from "jose";
import type { CreateUserGate } from "./create-user-gates.ts";
import { looksLikeJwt, refuseHeader, refuseStandardClaims } from "./create-user-token.rules.ts";

/** 400 before anything is decoded, or the survey is even looked for. */
export const assertLooksLikeJwt = (token: string): void => {
  if (looksLikeJwt(token)) return;
  const msg = "must be a JWT in compact form";
  throw new Problem("token_malformed", {
    errors: { token: { code: "invalid_format", msg, path: "token", location: "body" } },
  });
};

export interface Expected {
  readonly now: Date;
  readonly publicUrl: string;
}

/**
 * The token's payload, once its header, its signature by one of the survey's secrets, its standard claims and the
 * survey's policy have passed, in this order. Throws `jwt_*` (403).
 */
export const verifyCreateUserToken = async (
  token: string,
  gate: CreateUserGate,
  expected: Expected,
): Promise<unknown> => {
  const header = parseJson(Buffer.from(token.slice(0, token.indexOf(".")), "base64url"));
  refuse(refuseHeader(header));
  const payload = parseJson(await verifySignature(token, gate, expected.now));
  if (payload === undefined) throw new Problem("jwt_malformed");
  const claims = isObject(payload) ? payload : {};
  const { slug, settings } = gate.survey;
  refuse(refuseStandardClaims(claims, { ...expected, slug, policy: settings.user_generation }));
  return payload;
};

const refuse = (code: ConstructorParameters<typeof Problem>[0] | null): void => {
  if (code !== null) throw new Problem(code);
};

const verifySignature = async (token: string, gate: CreateUserGate, now: Date): Promise<Uint8Array> => {
  for (const { key, retiresAt } of gate.keys) {
    if (retiresAt !== null && retiresAt <= now) continue;
    try {
      return (await compactVerify(token, key, { algorithms: ["HS256", "HS512"] })).payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      throw new Problem("jwt_malformed", { cause: error });
    }
  }
  throw new Problem("jwt_invalid_signature");
};

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/** `undefined`, which no JSON text means, for anything else than JSON in UTF-8. */
const parseJson = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

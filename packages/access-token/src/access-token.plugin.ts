import fastifyJwt, { type TokenOrHeader } from "@fastify/jwt";
import { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { Problem } from "@roundtrip/http-problem/problem";
import type { FastifyInstance, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { Compile } from "typebox/compile";
import type { AuthenticatorOptions, KeySet } from "./authenticator.ts";
import { accessTokenSecondsMax, isForAccessTokens, readToken, tokenAudience, tokenType } from "./token.rules.ts";

declare module "@fastify/jwt" {
  interface FastifyJWT {
    payload: AccessTokenClaims;
    user: AccessTokenClaims;
  }
}

const claims = Compile(AccessTokenClaims);
/** Clocks of machines differ; a token may be this much ahead or late. */
const skewSeconds = 5;

/**
 * `request.jwtVerify()` and `request.user` in verify-only mode: no private key, so nothing can sign through it. The
 * algorithm, issuer, audience and type are pinned, there is no cache, and `kid` only ever picks a key that auth-service has
 * published for access tokens (a key that signs return tickets is refused, see `isForAccessTokens`).
 */
export const accessTokenPlugin = fastifyPlugin(
  async (app: FastifyInstance, options: Pick<AuthenticatorOptions, "issuer" | "keySet">) => {
    await app.register(fastifyJwt, {
      secret: { public: async (_request: FastifyRequest, token: TokenOrHeader) => findPem(options.keySet, token) },
      decode: { complete: true },
      verify: {
        algorithms: ["ES256"],
        allowedIss: options.issuer,
        allowedAud: tokenAudience,
        checkTyp: tokenType,
        requiredClaims: ["iss", "aud", "sub", "client_id", "iat", "exp", "jti", "sid", "kind"],
        clockTolerance: skewSeconds * 1_000,
        cache: false,
        extractToken: (request) => readToken(request.headers) ?? undefined,
      },
      trusted: (_request, payload) => claims.Check(payload) && isTimely(payload),
    });
  },
  { name: "access-token" },
);

const findPem = async (keySet: KeySet, token: TokenOrHeader): Promise<string> => {
  const kid: unknown = "header" in token ? token.header.kid : token.kid;
  if (typeof kid !== "string") throw new Problem("unauthorized");
  const jwk = await keySet.findJwk(kid);
  const pem = jwk && isForAccessTokens(jwk) ? await keySet.findPem(kid) : null;
  if (pem === null) throw new Problem("unauthorized");
  return pem;
};

/** The library accepts an `iat` in the future and an `exp` in the year 9999. */
const isTimely = (payload: AccessTokenClaims): boolean =>
  payload.iat <= Date.now() / 1_000 + skewSeconds && payload.exp - payload.iat <= accessTokenSecondsMax;

/** Checked claims of the request's access token. Whatever is wrong with the token, the answer is the same 401. */
export const verifyAccessToken = async (request: FastifyRequest): Promise<AccessTokenClaims> => {
  if (readToken(request.headers) === null) throw new Problem("unauthorized");
  try {
    await request.jwtVerify();
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    throw new Problem("unauthorized", { cause: error instanceof Error ? error.message : undefined });
  }
  return request.user;
};

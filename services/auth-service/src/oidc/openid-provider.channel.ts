import { Problem } from "@roundtrip/http-problem/problem";
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { createCachedValue } from "./cached-value.ts";
import type { OpenidProvider, ProvenIdentity, RoundTripSecrets } from "./openid-provider.ts";

export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** None for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** Where the provider sends people back; registered there. */
  readonly redirectUri: string;
  readonly log: Log;
}

interface Log {
  warn(details: object, message: string): void;
}

/** For each request to the provider. */
const timeoutSeconds = 5;
/** A provider's addresses and keys may move; openid-client itself fetches a key that it does not know. */
const metadataFreshMs = 3_600_000;

/**
 * Authorization code with PKCE (RFC 9700 section 2.1.1), state and nonce; the ID token's signature is checked although it
 * comes straight from the provider. Throws at once for an issuer without TLS, loopback addresses aside: a test's.
 */
export const createOpenidProvider = (settings: ProviderSettings): OpenidProvider => {
  const server = readIssuer(settings.issuer);
  const configuration = createCachedValue({ freshMs: metadataFreshMs, load: () => discover(server, settings) });
  const reach = () => configuration.get().catch((cause: unknown) => refuseAway(settings.log, cause));
  return {
    start: async () => {
      const found = await reach();
      const secrets = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(found, {
        redirect_uri: settings.redirectUri,
        scope: "openid email",
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: "S256",
      });
      return { ...secrets, url: url.href };
    },
    redeem: async (query, secrets) => {
      const found = await reach();
      try {
        return await redeem(found, { settings, query, secrets });
      } catch (error) {
        if (isAway(error)) return refuseAway(settings.log, error);
        settings.log.warn(outline(error), "the OpenID provider's answer was refused");
        return { refused: refusalOf(error) };
      }
    },
  };
};

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

const readIssuer = (issuer: string): URL => {
  const url = new URL(issuer);
  if (url.protocol === "https:" || (url.protocol === "http:" && loopback.has(url.hostname))) return url;
  throw new Error("OIDC_ISSUER must begin with https://");
};

const discover = (server: URL, { clientId, clientSecret }: ProviderSettings): Promise<Configuration> =>
  discovery(server, clientId, undefined, authenticateClient(clientSecret), {
    timeout: timeoutSeconds,
    execute: [enableNonRepudiationChecks, ...(server.protocol === "http:" ? [allowInsecureRequests] : [])],
  });

/** `client_secret_basic` is what a provider takes that does not say (OpenID Connect Discovery section 3). */
const authenticateClient = (secret: string | null): ClientAuth => {
  if (secret === null) return None();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (...request: Parameters<ClientAuth>) => {
    const [server] = request;
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const authenticate = methods.includes("client_secret_basic") ? basic : post;
    authenticate(...request);
  };
};

interface Answer {
  readonly settings: ProviderSettings;
  readonly query: Readonly<Record<string, string>>;
  readonly secrets: RoundTripSecrets;
}

const redeem = async (found: Configuration, { settings, query, secrets }: Answer): Promise<ProvenIdentity> => {
  const url = new URL(settings.redirectUri);
  url.search = new URLSearchParams(query).toString();
  const tokens = await authorizationCodeGrant(found, url, {
    expectedState: secrets.state,
    expectedNonce: secrets.nonce,
    pkceCodeVerifier: secrets.verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new Error("the provider gave no ID token");
  const readClaims = async (): Promise<Claims> =>
    claims["email"] === undefined ? fetchUserInfo(found, tokens.access_token, claims.sub) : claims;
  return {
    issuer: claims.iss,
    subject: claims.sub,
    findVerifiedEmail: async () => {
      const stated = await readClaims().catch((error: unknown): Claims => {
        if (isAway(error)) return refuseAway(settings.log, error);
        settings.log.warn(outline(error), "the OpenID provider's user info was refused");
        return {};
      });
      const { email, email_verified: isVerified } = stated;
      return isVerified === true && typeof email === "string" ? email : null;
    },
  };
};

interface Claims {
  readonly [name: string]: unknown;
  readonly email?: unknown;
  readonly email_verified?: unknown;
}

const refuseAway = (log: Log, error: unknown): never => {
  log.warn(outline(error), "the OpenID provider is away");
  throw new Problem("dependency_unavailable");
};

/** What may be logged: an error's own members hold codes, tokens and what they say about people. */
const outline = (error: unknown): object => {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    return { reason: error.code, oauth_error: error.error.slice(0, 64) };
  }
  if (error instanceof ClientError) return { reason: error.code ?? error.message };
  return { reason: error instanceof Error ? error.message : "unknown" };
};

/** No answer in time, none at all, or one that says that the provider itself has failed. */
const isAway = (error: unknown): boolean => {
  // What `fetch` throws when there is no connection; openid-client lets it through.
  if (error instanceof TypeError) return error.message === "fetch failed";
  if (error instanceof ResponseBodyError) return error.status >= 500;
  if (!(error instanceof ClientError)) return false;
  return error.code === "OAUTH_TIMEOUT" || (error.cause instanceof Response && error.cause.status >= 500);
};

const refusalOf = (error: unknown): string => {
  if (error instanceof AuthorizationResponseError) return "provider_refused";
  return error instanceof ResponseBodyError ? "code_refused" : "answer_refused";
};

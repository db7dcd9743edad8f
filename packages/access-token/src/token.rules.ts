/** `typ` of an access token (RFC 9068). */
export const tokenType = "at+jwt";
/** `aud` of an access token. */
export const tokenAudience = "roundtrip";
/** The longest life an access token may be given (auth-service's setting stops at it). */
export const accessTokenSecondsMax = 7_200;

/**
 * Every key in the JWKS carries `roundtrip_use` (RFC 7517 section 4: others ignore members they do not know), because the
 * set also holds the keys that survey-service signs return tickets with: whoever has one of those must not be able to
 * make access tokens.
 */
export const accessTokenUse = "access_token";
export const returnTicketUse = "return_ticket";

export const isForAccessTokens = (jwk: object): boolean =>
  "roundtrip_use" in jwk && jwk.roundtrip_use === accessTokenUse;

const tokenBytesMax = 4_096;
const tokenShape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/**
 * Checked before anything is decoded: the libraries would parse megabytes, and one of them takes padding and blanks. They
 * also ignore the bits that a last character has too many (RFC 4648 section 3.5), which would give one token many
 * spellings.
 */
export const looksLikeToken = (text: string): boolean =>
  text.length <= tokenBytesMax && tokenShape.test(text) && text.split(".").every(isCanonical);

const isCanonical = (segment: string): boolean => Buffer.from(segment, "base64url").toString("base64url") === segment;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The token of a request: `X-Auth-Token` when it is there, else `Authorization: Bearer`. Null when there is none or it
 * cannot be one. Never from the query string, where it would end up in logs (RFC 6750 section 2.3).
 */
export const readToken = (headers: Headers): string | null => {
  const own = headers["x-auth-token"];
  const text = own === undefined ? bearerToken(headers["authorization"]) : own;
  return typeof text === "string" && looksLikeToken(text) ? text : null;
};

const bearerToken = (header: string | readonly string[] | undefined): string | null =>
  typeof header === "string" ? (/^Bearer ([^ ]+)$/i.exec(header)?.[1] ?? null) : null;

import type { Environment } from "@roundtrip/contracts/scope";

/** Where people may be sent. */
export interface AllowedTargets {
  readonly origins: readonly string[];
  readonly environment: Environment;
}

/** What is wrong with a URL that a customer gives, as a sentence; null when nothing is. */
export type UrlFault = string | null;

const placeholder = /\{([^{}]*)\}/g;
const placeholderNames =
  /^(identifier|userId|username|sessionId|submissionId|status|externalUserId|state|custom\..{1,128})$/;

/**
 * A redirect URL with placeholders (api.md 4.5). It is parsed twice with different values in them: a placeholder that
 * moves the origin, as in `https://{state}.example`, would let an answer choose where people are sent.
 */
export const refuseRedirectUrl = (template: string, allowed: AllowedTargets): UrlFault => {
  for (const [whole, name = ""] of template.matchAll(placeholder)) {
    if (!placeholderNames.test(name)) return `${whole} is no placeholder`;
  }
  const one = parseUrl(template.replace(placeholder, "1"));
  const other = parseUrl(template.replace(placeholder, "2"));
  if (!one || !other) return "must be an absolute http or https URL";
  if (one.origin !== other.origin) return "placeholders may stand in the path and the query only";
  const fault = refuseUrl(one, allowed.environment);
  if (fault !== null) return fault;
  return allowed.origins.some((origin) => parseUrl(origin)?.origin === one.origin)
    ? null
    : `the origin ${one.origin} is not among the survey's allowed_origins`;
};

/** An origin as it stands in `allowed_origins`: scheme, host and port, nothing else. */
export const refuseOrigin = (text: string, environment: Environment): UrlFault => {
  const url = parseUrl(text);
  if (!url) return "must be an absolute http or https URL";
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") return "must be an origin, without a path or query";
  return refuseUrl(url, environment);
};

const refuseUrl = (url: URL, environment: Environment): UrlFault => {
  if (url.username !== "" || url.password !== "") return "must not carry a user name or password";
  if (environment === "live" && url.protocol !== "https:") return "must be https in a live workspace";
  return null;
};

/** The parser itself skips control characters and takes backslashes for slashes; what people cannot read is refused. */
const parseUrl = (text: string): URL | null => {
  if (!/^https?:\/\/[^/\\?#\s]/i.test(text) || /[\s\\\p{Cc}\p{Surrogate}]/u.test(text) || !URL.canParse(text))
    return null;
  return new URL(text);
};

import type { Environment } from "@roundtrip/contracts/scope";
import type { SessionStatus } from "@roundtrip/contracts/survey/session-facts";

/** What a template's placeholders stand for. A placeholder without a value becomes nothing. */
export interface RedirectValues {
  readonly userId: string;
  readonly username: string;
  readonly externalUserId: string | null;
  readonly sessionId: string;
  readonly submissionId: string | null;
  readonly status: SessionStatus;
  readonly state: string | null;
  readonly customFields: readonly { readonly name: string; readonly value: string }[];
}

/** The part of a survey's `redirect` setting that decides where a respondent goes. */
export interface RedirectRules {
  readonly url: string | null;
  /** `userId`, `username` or `custom:<name>`: what `{identifier}` stands for. */
  readonly identifier: string | null;
  readonly outcomes: Readonly<Record<string, string>>;
  readonly allowed_origins: readonly string[];
}

export interface OwnRedirects {
  /** Given with the session. */
  readonly session: string | null;
  /** The `redirectUrl` claim of the respondent's create-user token. */
  readonly respondent: string | null;
}

/** The nearest one wins: the session's own, the respondent's own, the outcome's, the survey's. */
export const chooseTemplate = (own: OwnRedirects, rules: RedirectRules, status: SessionStatus): string | null =>
  own.session ?? own.respondent ?? rules.outcomes[status] ?? rules.url;

export type RedirectRefusal =
  | "not_an_address"
  | "scheme_not_allowed"
  | "https_only"
  | "userinfo_not_allowed"
  | "origin_not_allowed"
  | "value_changes_address";

export interface ReturnAddress {
  readonly url: string;
  readonly origin: string;
}

export interface RedirectPlace {
  readonly rules: RedirectRules;
  readonly values: RedirectValues;
  readonly environment: Environment;
}

/**
 * Fills the template and answers the address, or why it may not be used. Three walls stand between a value and the place
 * that the respondent ends up at: every value is percent-encoded; the origin must be on the survey's list; and the address
 * must be built the same with any other values, which refuses what encoding cannot stop (`..` as a path segment).
 */
export const buildReturnAddress = (template: string, place: RedirectPlace): ReturnAddress | RedirectRefusal => {
  const url = parseAddress(fillTemplate(template, place));
  const neutral = parseAddress(template.replace(placeholder, "x"));
  if (!url || !neutral) return "not_an_address";
  if (url.protocol !== "https:" && url.protocol !== "http:") return "scheme_not_allowed";
  if (url.username !== "" || url.password !== "") return "userinfo_not_allowed";
  if (!originsOf(place.rules.allowed_origins).includes(url.origin)) return "origin_not_allowed";
  if (place.environment === "live" && url.protocol !== "https:") return "https_only";
  if (outlineOf(url) !== outlineOf(neutral)) return "value_changes_address";
  return { url: url.href, origin: url.origin };
};

const placeholder =
  /\{(identifier|userId|username|sessionId|submissionId|status|externalUserId|state|custom\.[^{}]{1,128})\}/g;

const fillTemplate = (template: string, { rules, values }: RedirectPlace): string =>
  template.replace(placeholder, (_whole, name: string) => encodeValue(valueNamed(name, rules, values) ?? ""));

const valueNamed = (name: string, rules: RedirectRules, values: RedirectValues): string | null => {
  if (name === "identifier") return identifierOf(rules.identifier, values);
  if (name.startsWith("custom.")) return customField(name.slice("custom.".length), values);
  const plain: Readonly<Record<string, string | null>> = {
    userId: values.userId,
    username: values.username,
    sessionId: values.sessionId,
    submissionId: values.submissionId,
    status: values.status,
    externalUserId: values.externalUserId,
    state: values.state,
  };
  return plain[name] ?? null;
};

const identifierOf = (identifier: string | null, values: RedirectValues): string | null => {
  if (identifier === "userId") return values.userId;
  if (identifier === "username") return values.username;
  return identifier?.startsWith("custom:") ? customField(identifier.slice("custom:".length), values) : null;
};

const customField = (name: string, values: RedirectValues): string | null =>
  values.customFields.find((field) => field.name === name)?.value ?? null;

/** RFC 3986: everything but unreserved characters. Half a surrogate pair has no encoding and becomes U+FFFD. */
const encodeValue = (value: string): string =>
  encodeURIComponent(value.replace(/\p{Surrogate}/gu, "\uFFFD")).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** Characters that a URL parser drops or turns into others are refused before it sees them. */
const treacherous = /[\p{Cc}\s\\]/u;

const parseAddress = (text: string): URL | null => {
  if (treacherous.test(text) || !/^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(text)) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

const originsOf = (allowed: readonly string[]): readonly string[] =>
  allowed.map((text) => parseAddress(text)?.origin).filter((origin) => origin !== undefined);

/** Everything about an address but its texts: origin, number of path segments and of query members, fragment or none. */
const outlineOf = (url: URL): string =>
  [url.origin, url.pathname.split("/").length, url.search.split("&").length, url.hash === "" ? 0 : 1].join(" ");

/**
 * Appends the parameter `ticket` to the query and leaves everything else as it is written. A parameter of that name that
 * the address already has gives way, so that its receiver never has to choose between two.
 */
export const appendTicket = (url: string, ticket: string): string => {
  const [address = "", ...fragment] = url.split("#");
  const [path = "", ...query] = address.split("?");
  const members = query
    .join("?")
    .split("&")
    .filter((member) => member !== "" && nameOf(member) !== "ticket");
  const hash = fragment.length > 0 ? `#${fragment.join("#")}` : "";
  return `${path}?${[...members, `ticket=${ticket}`].join("&")}${hash}`;
};

const nameOf = (member: string): string => [...new URLSearchParams(member).keys()][0] ?? "";

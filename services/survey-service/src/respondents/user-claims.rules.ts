import type { CustomField } from "@roundtrip/contracts/survey/respondent-object";
import { type AllowedTargets, refuseRedirectUrl } from "../surveys/redirect-url.rules.ts";

/** The claims that make a respondent (intake24-integrations, "User creation claims"). Absent members were not claimed. */
export interface UserClaims {
  readonly username: string;
  readonly password?: string;
  readonly name?: string | null;
  readonly customFields?: readonly CustomField[];
  readonly redirectUrl?: string;
}

/** A fault of one claim, by its path: `username`, `customFields[1].value`. */
export interface ClaimFault {
  readonly code: string;
  readonly msg: string;
  readonly path: string;
  readonly location: "body";
}

export type ParsedClaims = { readonly claims: UserClaims } | { readonly faults: Readonly<Record<string, ClaimFault>> };

type Json = Readonly<Record<string, unknown>>;
type Refuse = (path: string, code: string, msg: string) => undefined;

/** Everything that is wrong, at once, so that a sender mends a token in one go. Unknown claims are the sender's own. */
export const parseUserClaims = (payload: unknown, allowed: AllowedTargets): ParsedClaims => {
  const faults: Record<string, ClaimFault> = {};
  const refuse: Refuse = (path, code, msg) => {
    faults[path] = { code, msg, path, location: "body" };
    return undefined;
  };
  // A payload that is no object carries no claims at all.
  const given = isObject(payload) ? payload : {};
  const username = parseUsername(given["username"], refuse);
  const password = parsePassword(given["password"], refuse);
  const name = given["name"] === null ? null : parseText(given["name"], { path: "name", max: 512 }, refuse);
  const customFields = parseCustomFields(given["customFields"], refuse);
  const redirectUrl = parseRedirectUrl(given["redirectUrl"], allowed, refuse);
  if (username === undefined || Object.keys(faults).length > 0) return { faults };
  return {
    claims: {
      username,
      ...(password === undefined ? {} : { password }),
      ...(name === undefined ? {} : { name }),
      ...(customFields === undefined ? {} : { customFields }),
      ...(redirectUrl === undefined ? {} : { redirectUrl }),
    },
  };
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface TextPlace {
  readonly path: string;
  /** Code points. */
  readonly max: number;
}

const parseText = (value: unknown, { path, max }: TextPlace, refuse: Refuse): string | undefined => {
  if (value === undefined) return undefined;
  if (typeof value !== "string") return refuse(path, "invalid_type", "must be a text");
  if (value === "") return refuse(path, "too_short", "must not be empty");
  if (value.length > max && [...value].length > max)
    return refuse(path, "too_long", `must be ${max} characters at most`);
  // Neither can be stored as it is, and two usernames must not become one.
  if (/\0|\p{Surrogate}/u.test(value)) return refuse(path, "invalid_format", "holds a character that is not allowed");
  return value;
};

const parseUsername = (value: unknown, refuse: Refuse): string | undefined =>
  value === undefined
    ? refuse("username", "missing", "is required")
    : parseText(value, { path: "username", max: 256 }, refuse);

const parsePassword = (value: unknown, refuse: Refuse): string | undefined => {
  const password = parseText(value, { path: "password", max: 256 }, refuse);
  if (password === undefined) return undefined;
  const isStrong =
    [...password].length >= 10 && /\p{Ll}/u.test(password) && /\p{Lu}/u.test(password) && /\p{Nd}/u.test(password);
  return isStrong
    ? password
    : refuse(
        "password",
        "weak_password",
        "must have 10 characters or more, with a lower-case letter, an upper-case letter and a digit",
      );
};

const parseCustomFields = (value: unknown, refuse: Refuse): readonly CustomField[] | undefined => {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return refuse("customFields", "invalid_type", "must be a list");
  const names = new Set<string>();
  const fields: CustomField[] = [];
  for (const [index, item] of value.entries()) {
    const path = `customFields[${index}]`;
    const { name, ...rest } = parseCustomField(item, path, refuse);
    if (name === undefined) continue;
    // A name counts even where its field has another fault: a sender hears of everything at once.
    if (names.has(name)) refuse(`${path}.name`, "not_unique", "names must be unique");
    names.add(name);
    if (rest.value !== undefined) fields.push({ name, ...rest, value: rest.value });
  }
  return fields;
};

interface GivenField {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly public?: boolean;
}

/** What of a field can be used; the rest has been refused. */
const parseCustomField = (item: unknown, path: string, refuse: Refuse): GivenField => {
  if (!isObject(item)) {
    refuse(path, "invalid_type", "must be an object with name and value");
    return {};
  }
  const name = required(item["name"], { path: `${path}.name`, max: 128 }, refuse);
  const value = required(asText(item["value"]), { path: `${path}.value`, max: 512 }, refuse);
  const isPublic = item["public"];
  if (isPublic !== undefined && typeof isPublic !== "boolean") {
    refuse(`${path}.public`, "invalid_type", "must be true or false");
    return { name, value };
  }
  return { name, value, ...(isPublic === undefined ? {} : { public: isPublic }) };
};

const required = (value: unknown, place: TextPlace, refuse: Refuse): string | undefined =>
  value === undefined ? refuse(place.path, "missing", "is required") : parseText(value, place, refuse);

const asText = (value: unknown): unknown =>
  typeof value === "number" || typeof value === "boolean" ? String(value) : value;

const parseRedirectUrl = (value: unknown, allowed: AllowedTargets, refuse: Refuse): string | undefined => {
  const url = parseText(value, { path: "redirectUrl", max: 2_048 }, refuse);
  if (url === undefined) return undefined;
  const fault = refuseRedirectUrl(url, allowed);
  return fault === null ? url : refuse("redirectUrl", "not_allowed", fault);
};

/** Who an access token speaks for. Read without verifying, for navigation and comparison only; the server verifies. */
export interface Person {
  readonly subject: string;
  /** Lower case; null when the token names no survey. */
  readonly surveySlug: string | null;
  readonly lifetimeSeconds: number;
}

const decodeBase64Url = (text: string): string => {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
};

const defaultLifetimeSeconds = 60;

/** Null when the text is not a JWT with a subject. */
export const parsePerson = (accessToken: string): Person | null => {
  try {
    const claims: Record<string, unknown> = JSON.parse(decodeBase64Url(accessToken.split(".")[1] ?? ""));
    const { sub, survey_slug: slug, iat, exp } = claims;
    if (typeof sub !== "string") return null;
    return {
      subject: sub,
      surveySlug: typeof slug === "string" ? slug.toLowerCase() : null,
      lifetimeSeconds: typeof iat === "number" && typeof exp === "number" ? exp - iat : defaultLifetimeSeconds,
    };
  } catch {
    return null;
  }
};

/** Where a respondent can be sent inside a survey. */
export type Destination = "home" | "recall" | "feedback";

/**
 * What an address means. `token` is a credential: the caller replaces the address with `addressWithoutToken` before
 * it does anything else.
 */
export type Route =
  | { readonly page: "home" | "recall" | "feedback"; readonly slug: string }
  | { readonly page: "create-user"; readonly slug: string; readonly token: string; readonly destination: Destination }
  | {
      readonly page: "authenticate";
      /** Null for `/a/{token}` and `/?auth=`: the survey is then read from the access token. */
      readonly slug: string | null;
      readonly token: string;
      readonly destination: Destination;
    }
  | { readonly page: "start" }
  | { readonly page: "unknown" };

export interface Address {
  readonly pathname: string;
  readonly search: string;
}

const slugShape = /^[A-Za-z0-9_-]{1,128}$/;

/** First path segments that belong to the app or to the API, never to a survey (api.md section 4.2). */
const reservedSegments = new Set(["a", "s", "assets", "surveys"]);

const segmentsOf = (pathname: string): string[] | null => {
  try {
    return pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return null;
  }
};

const parseDestination = (value: string | null | undefined): Destination =>
  value === "recall" || value === "feedback" ? value : "home";

const parseSurveyRoute = (slug: string, rest: readonly string[], query: URLSearchParams): Route => {
  const [page, token] = rest;
  if (page === "create-user" && token && rest.length === 2) {
    return { page: "create-user", slug, token, destination: parseDestination(query.get("redirect")) };
  }
  if (rest.length > 1) return { page: "unknown" };
  if (page !== undefined && page !== "recall" && page !== "feedback") return { page: "unknown" };
  const authToken = query.get("auth");
  if (authToken) return { page: "authenticate", slug, token: authToken, destination: parseDestination(page) };
  return { page: page ?? "home", slug };
};

export const parseRoute = ({ pathname, search }: Address): Route => {
  const segments = segmentsOf(pathname);
  if (segments === null) return { page: "unknown" };
  const query = new URLSearchParams(search);
  const [first, ...rest] = segments;
  if (first === undefined) {
    const token = query.get("auth");
    return token ? { page: "authenticate", slug: null, token, destination: "home" } : { page: "start" };
  }
  const [second] = rest;
  if (first === "a" && second !== undefined && rest.length === 1) {
    return { page: "authenticate", slug: null, token: second, destination: "home" };
  }
  if (reservedSegments.has(first) || !slugShape.test(first)) return { page: "unknown" };
  return parseSurveyRoute(first, rest, query);
};

/** Every address that the app links to. */
export const paths = {
  start: (): string => "/",
  survey: (slug: string, destination: Destination = "home"): string => {
    const home = `/${encodeURIComponent(slug)}`;
    return destination === "home" ? home : `${home}/${destination}`;
  },
};

/** The address to show instead of one that carries a token, or null when the address carries none. */
export const addressWithoutToken = (route: Route): string | null => {
  if (route.page !== "create-user" && route.page !== "authenticate") return null;
  return route.slug === null ? paths.start() : paths.survey(route.slug, route.destination);
};

/**
 * First path segments that Roundtrip itself answers at, or is likely to: a survey with such a slug could never be
 * reached. The page server reads the same list, so that an unknown API path is a 404 and not a page.
 * `reserved-slug.test.ts` compares it with every operation's path.
 */
const reservedSegments: ReadonlySet<string> = new Set([
  // The API (api.md sections 3 to 6).
  ".well-known",
  "0",
  "health",
  "invitations",
  "metrics",
  "omni",
  "password-reset",
  "refresh",
  "signin",
  "signout",
  "surveys",
  "v1",
  "v2",
  "v3",
  // The respondents' pages.
  "a",
  "assets",
  "s",
  // Documents and what browsers and crawlers ask for by themselves.
  "docs",
  "favicon.ico",
  "openapi.json",
  "robots.txt",
  "sitemap.xml",
  // Pages to come, and names that would mislead whoever sees them in a link.
  "account",
  "admin",
  "api",
  "app",
  "auth",
  "console",
  "help",
  "login",
  "logout",
  "portal",
  "privacy",
  "static",
  "status",
  "support",
  "terms",
  "www",
]);

export const isReservedSegment = (segment: string): boolean => reservedSegments.has(segment.toLowerCase());

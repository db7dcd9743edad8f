/** What an API key or personal access token may be limited to. Left out, a key gets all of them. */
export const scopes = [
  "users:read",
  "users:write",
  "surveys:read",
  "surveys:write",
  "respondents:read",
  "respondents:write",
  "sessions:read",
  "sessions:write",
  "submissions:read",
  "submissions:write",
  "webhooks:read",
  "webhooks:write",
  "events:read",
  "events:write",
  "tokens:read",
  "tokens:write",
] as const;
export type Scope = (typeof scopes)[number];

export const roles = ["viewer", "admin", "owner"] as const;
/** A staff member's role in a customer; each includes the ones before it. */
export type Role = (typeof roles)[number];

export type Environment = "live" | "dev";

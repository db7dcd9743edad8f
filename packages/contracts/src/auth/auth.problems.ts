/** Codes of auth-service. */
export const authProblems = {
  /** One code and one sentence for every reason: unknown, wrong, expired, disabled. */
  sign_in_failed: { status: 401, title: "The credentials were not recognised" },
  cross_site_request: { status: 403, title: "This may only be asked for by our own pages" },
  api_key_not_found: { status: 404, title: "There is no such API key" },
} as const satisfies Record<string, { status: number; title: string }>;

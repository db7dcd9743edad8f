/** Codes of auth-service. */
export const authProblems = {} as const satisfies Record<string, { status: number; title: string }>;

/** Codes of notify-service. */
export const notifyProblems = {} as const satisfies Record<string, { status: number; title: string }>;

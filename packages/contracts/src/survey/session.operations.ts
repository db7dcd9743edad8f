import type { Operation } from "../operation.ts";

/** Operations on sessions, submissions and return tickets. */
export const sessionOperations = [] as const satisfies readonly Operation[];

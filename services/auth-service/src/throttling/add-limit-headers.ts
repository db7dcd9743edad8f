import { Problem } from "@roundtrip/http-problem/problem";
import type { LimitHeaders } from "./limit.rules.ts";

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Puts the headers of a limit that has been counted on what comes of the request, answer or refusal: whoever is refused
 * wants to know most how many tries are left. A refusal with headers of its own keeps them: it comes from a narrower limit.
 */
export const addLimitHeaders = async <A extends Answer>(headers: LimitHeaders, work: () => Promise<A>) => {
  try {
    const answer = await work();
    return { ...answer, headers: { ...headers, ...answer.headers } };
  } catch (error) {
    throw error instanceof Problem ? error.withHeaders(headers) : error;
  }
};

import type { InvalidMember } from "@roundtrip/contracts/problem";
import { type ProblemFailure, RequestFailed } from "./failure.ts";

export interface JsonRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly accessToken?: string;
  /** Lets the request outlive the page; browsers refuse it for bodies over 64 KB. */
  readonly keepalive?: boolean;
  readonly signal?: AbortSignal;
}

/** Sends one request and gives the body of a successful answer; throws `RequestFailed` for everything else. */
export type Send = <T>(request: JsonRequest) => Promise<T>;

const timeoutMs = 20_000;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const isInvalidMember = (value: unknown): value is InvalidMember =>
  isRecord(value) && Array.isArray(value["loc"]) && typeof value["msg"] === "string";

const retryAfterSeconds = (header: string | null): number | null => {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null;
};

/** Reads a problem from an answer; whatever is missing or malformed in the body is left empty. */
export const parseProblem = (status: number, body: unknown, retryAfter: string | null): ProblemFailure => {
  const problem = isRecord(body) ? body : {};
  const { code, detail, errors, request_id: requestId } = problem;
  return {
    kind: "problem",
    status,
    code: typeof code === "string" ? code : "",
    detail: typeof detail === "string" ? detail : null,
    members: Array.isArray(detail) ? detail.filter(isInvalidMember) : [],
    claims: isRecord(errors) ? Object.keys(errors) : [],
    retryAfterSeconds: retryAfterSeconds(retryAfter),
    requestId: typeof requestId === "string" ? requestId : null,
  };
};

const headersOf = ({ body, accessToken }: JsonRequest): Record<string, string> => ({
  accept: "application/json",
  ...(body === undefined ? {} : { "content-type": "application/json" }),
  ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
});

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Aborts after the time limit, or with the caller's own signal. */
const limitTime = (signal: AbortSignal | undefined): { readonly signal: AbortSignal; readonly clear: () => void } => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
};

export const createSend =
  (fetcher: typeof fetch): Send =>
  async <T>(request: JsonRequest): Promise<T> => {
    const limit = limitTime(request.signal);
    const answer = await fetcher(request.path, {
      method: request.method,
      headers: headersOf(request),
      credentials: "same-origin",
      cache: "no-store",
      keepalive: request.keepalive ?? false,
      signal: limit.signal,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
      .then(async (response) => ({ response, text: await response.text() }))
      .catch((error: unknown) => {
        throw new RequestFailed({ kind: "network" }, error);
      })
      .finally(limit.clear);
    const body = parseJson(answer.text);
    const { ok, status, headers } = answer.response;
    if (!ok) throw new RequestFailed(parseProblem(status, body, headers.get("retry-after")));
    if (status !== 204 && !isRecord(body)) throw new RequestFailed(parseProblem(status, null, null));
    // The server serialises by the contract that T was taken from; the two are checked against each other end to end.
    return body as T;
  };

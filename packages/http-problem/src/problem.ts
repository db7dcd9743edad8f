import { type InvalidMember, type ProblemCode, problems } from "@roundtrip/contracts/problem";

export interface ProblemOptions {
  /** A sentence for the caller; the registry's title when left out. Never holds internal text. */
  readonly detail?: string | readonly InvalidMember[];
  /** `errors.<claim path>` of the Intake24 routes. */
  readonly errors?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  /** Further headers of the answer, in lower case, for example those of a rate limit. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only; the caller never sees it. */
  readonly cause?: unknown;
}

/** A refusal with a code that a client can act on. Thrown by use cases, turned into an answer by `problem.plugin.ts`. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string | readonly InvalidMember[];
  readonly errors: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, { cause: options.cause });
    this.name = "Problem";
    this.code = code;
    this.status = problems[code].status;
    this.detail = options.detail ?? problems[code].title;
    this.errors = options.errors;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }

  /** The same refusal with further headers; its own win. */
  withHeaders(headers: Readonly<Record<string, string>>): Problem {
    return new Problem(this.code, {
      detail: this.detail,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
      headers: { ...headers, ...this.headers },
      cause: this.cause,
    });
  }
}

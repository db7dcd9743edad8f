import type { InvalidMember } from "@roundtrip/contracts/problem";

/** The server's refusal (RFC 9457). `code` is empty when something between the app and the server answered. */
export interface ProblemFailure {
  readonly kind: "problem";
  readonly status: number;
  readonly code: string;
  /** The server's sentence; null when it listed members instead. */
  readonly detail: string | null;
  /** What a 422 says about single members. */
  readonly members: readonly InvalidMember[];
  /** What the Intake24 routes say about single claims: `errors.<claim path>`. */
  readonly claims: readonly string[];
  readonly retryAfterSeconds: number | null;
  readonly requestId: string | null;
}

export type Failure =
  | ProblemFailure
  /** No answer: offline, refused, cut or too slow. */
  | { readonly kind: "network" }
  | { readonly kind: "signed_out" }
  /** Another tab signed in as somebody else; sending on would put answers under the wrong person. */
  | { readonly kind: "other_person" }
  /** A part of this app could not be loaded or failed. */
  | { readonly kind: "app" };

export class RequestFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, cause?: unknown) {
    super(failure.kind === "problem" ? `${failure.status} ${failure.code}` : failure.kind, { cause });
    this.name = "RequestFailed";
    this.failure = failure;
  }
}

export const failureOf = (error: unknown): Failure =>
  error instanceof RequestFailed ? error.failure : { kind: "app" };

export const isProblem = (failure: Failure, ...codes: readonly string[]): failure is ProblemFailure =>
  failure.kind === "problem" && codes.includes(failure.code);

/** Whether the same request may succeed a little later without anybody changing anything. */
export const isTransient = (failure: Failure): boolean =>
  failure.kind === "network" || (failure.kind === "problem" && (failure.status >= 500 || failure.status === 429));

/** The session has ended or is gone: no more of these answers can be saved or sent, here or later. */
export const isSessionOver = (failure: Failure): boolean => isProblem(failure, "session_closed", "session_not_found");

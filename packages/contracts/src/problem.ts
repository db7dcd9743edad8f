import { type Static, Type } from "typebox";
import { authProblems } from "./auth/auth.problems.ts";
import { notifyProblems } from "./notify/notify.problems.ts";
import { surveyProblems } from "./survey/survey.problems.ts";

export interface ProblemEntry {
  readonly status: number;
  readonly title: string;
}

/** Codes that every operation may answer with, whichever service owns it. */
export const commonProblems = {
  malformed_http: { status: 400, title: "The request is not valid HTTP" },
  malformed_json: { status: 400, title: "The body is not valid JSON" },
  invalid_input: { status: 400, title: "The request has invalid members" },
  unauthorized: { status: 401, title: "Valid credentials are required" },
  forbidden: { status: 403, title: "The credential has no right to do this" },
  origin_not_allowed: { status: 403, title: "This key may not be used from a browser at this origin" },
  route_not_found: { status: 404, title: "There is nothing at this address" },
  method_not_allowed: { status: 405, title: "This address does not take this method" },
  conflict: { status: 409, title: "The change collides with another one" },
  body_too_large: { status: 413, title: "The body is larger than this operation takes" },
  unsupported_media_type: { status: 415, title: "The body must be JSON" },
  invalid_request: { status: 422, title: "The request has invalid members" },
  rate_limited: { status: 429, title: "Too many attempts; try again later" },
  headers_too_large: { status: 431, title: "The request headers are too large" },
  internal_error: { status: 500, title: "Something went wrong on our side" },
  busy: { status: 503, title: "Too much at once; try again shortly" },
  dependency_unavailable: { status: 503, title: "A part we depend on is away; try again shortly" },
} as const satisfies Record<string, ProblemEntry>;

/** The closed registry of error codes. `problem.test.ts` keeps it, the operations and the documents in parity. */
export const problems = { ...commonProblems, ...authProblems, ...surveyProblems, ...notifyProblems } as const;

export type ProblemCode = keyof typeof problems;

/** One invalid member of a request: where it is, what is wrong, and a stable word for the kind of fault. */
export const InvalidMember = Type.Object({
  loc: Type.Array(Type.Union([Type.String(), Type.Integer()])),
  msg: Type.String(),
  type: Type.String(),
});
export type InvalidMember = Static<typeof InvalidMember>;

/** RFC 9457 problem. `detail` is a sentence, except for 422, where it lists the invalid members (IntelliProve seed). */
export const ProblemBody = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Union([Type.String(), Type.Array(InvalidMember)]),
  code: Type.String(),
  request_id: Type.String(),
  message: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type ProblemBody = Static<typeof ProblemBody>;

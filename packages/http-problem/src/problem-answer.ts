import type { Dialect } from "@roundtrip/contracts/operation";
import { type InvalidMember, type ProblemCode, problems } from "@roundtrip/contracts/problem";
import { DependencyUnavailable } from "./dependency-unavailable.ts";
import { Problem } from "./problem.ts";

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
  /** True when the fault is ours and the log needs the whole error. */
  readonly ours: boolean;
}

interface Place {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly path: string;
  readonly now: Date;
}

/** Any thrown thing -> what the caller gets. Internal text never gets into the answer: unknown errors share one sentence. */
export const answerProblem = (error: unknown, place: Place): ProblemAnswer => {
  const problem = asProblem(error, place.dialect);
  const headers: Record<string, string> = {
    ...problem.headers,
    "content-type":
      place.dialect === "incode" ? "application/json; charset=utf-8" : "application/problem+json; charset=utf-8",
    "cache-control": "no-store",
  };
  const retryAfterSeconds = problem.retryAfterSeconds ?? (problem.status === 503 ? 2 : undefined);
  if (retryAfterSeconds !== undefined) headers["retry-after"] = String(retryAfterSeconds);
  if (problem.status === 401) headers["www-authenticate"] = 'Bearer error="invalid_token"';
  return {
    status: problem.status,
    headers,
    body: place.dialect === "incode" ? incodeBody(problem, place) : problemBody(problem, place),
    ours: problem.status >= 500,
  };
};

const problemBody = (problem: Problem, place: Place): Record<string, unknown> => {
  const { title } = problems[problem.code];
  const detail = detailFor(problem);
  const body: Record<string, unknown> = {
    type: `urn:roundtrip:problem:${problem.code}`,
    title,
    status: problem.status,
    detail,
    code: problem.code,
    request_id: place.requestId,
  };
  if (place.dialect === "intake24") {
    body["message"] = typeof detail === "string" ? detail : title;
    if (problem.errors) body["errors"] = problem.errors;
  }
  return body;
};

/** 422 always lists members (IntelliProve seed); every other status carries a sentence. */
const detailFor = (problem: Problem): string | readonly InvalidMember[] => {
  if (problem.status === 422) {
    return typeof problem.detail === "string"
      ? [{ loc: ["body"], msg: problem.detail, type: problem.code }]
      : problem.detail;
  }
  return typeof problem.detail === "string" ? problem.detail : problems[problem.code].title;
};

const incodeBody = (problem: Problem, place: Place): Record<string, unknown> => ({
  timestamp: place.now.getTime(),
  status: problem.status,
  error: problems[problem.code].title,
  message: typeof problem.detail === "string" ? problem.detail : problem.detail.map((item) => item.msg).join("; "),
  path: place.path,
});

const asProblem = (error: unknown, dialect: Dialect): Problem => {
  if (error instanceof Problem) return error;
  if (error instanceof DependencyUnavailable) return new Problem("dependency_unavailable", { cause: error });
  return fromFastify(error, dialect) ?? new Problem("internal_error", { cause: error });
};

/** Fastify's own refusals, by code. What is not listed is a fault of ours. */
const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_EMPTY_JSON_BODY: "malformed_json",
  FST_ERR_CTP_INVALID_JSON_BODY: "malformed_json",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed_json",
  FST_ERR_BAD_URL: "route_not_found",
  FST_ERR_MAX_LENGTH_ERROR: "route_not_found",
};

interface ValidationFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

interface FastifyFault {
  readonly code?: string;
  readonly statusCode?: number;
  readonly validation?: readonly ValidationFault[];
  readonly validationContext?: string;
}

const fromFastify = (error: unknown, dialect: Dialect): Problem | null => {
  if (!(error instanceof Error)) return null;
  // Fastify decorates plain errors; each member is optional and checked before use.
  const fault = error as Error & FastifyFault;
  if (fault.validation) return invalidInput(fault.validation, fault.validationContext ?? "body", dialect);
  const code = fastifyCodes[fault.code ?? ""];
  if (code) return new Problem(code, { cause: error });
  // A syntax error from the JSON parser carries 400 and no code of Fastify's.
  return fault.statusCode === 400 ? new Problem("malformed_json", { cause: error }) : null;
};

const invalidInput = (faults: readonly ValidationFault[], context: string, dialect: Dialect): Problem => {
  const members = faults.map((fault) => describeFault(fault, context));
  if (dialect === "v2") return new Problem("invalid_request", { detail: members });
  return new Problem("invalid_input", {
    detail: members.map((member) => `${member.loc.slice(1).join(".") || context}: ${member.msg}`).join("; "),
    errors: Object.fromEntries(
      members.map((member) => [
        member.loc.slice(1).join(".") || context,
        { code: member.type, msg: member.msg, path: member.loc.slice(1).join("."), location: context },
      ]),
    ),
  });
};

const describeFault = (fault: ValidationFault, context: string): InvalidMember => {
  const place = places[context] ?? context;
  const path = fault.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const named = fault.params["missingProperty"] ?? fault.params["additionalProperty"];
  if (typeof named === "string") path.push(shorten(named));
  const loc = [place, ...path.map((part) => (/^\d{1,6}$/.test(part) ? Number(part) : part))];
  return { loc, msg: fault.message ?? "is invalid", type: faultWords[fault.keyword] ?? `invalid_${fault.keyword}` };
};

/** A member that nobody knows may be a key or a token that got into the wrong place: its beginning is enough to find it. */
const shorten = (name: string): string => (name.length <= 31 ? name : `${name.slice(0, 8)}...`);

/** The words of the IntelliProve seed for the parts of a request. */
const places: Readonly<Record<string, string>> = { querystring: "query", params: "path" };

const faultWords: Readonly<Record<string, string>> = {
  required: "missing",
  additionalProperties: "unknown_member",
  type: "invalid_type",
  format: "invalid_format",
  pattern: "invalid_format",
  minLength: "too_short",
  maxLength: "too_long",
  minimum: "too_small",
  maximum: "too_large",
  enum: "not_allowed",
  const: "not_allowed",
};

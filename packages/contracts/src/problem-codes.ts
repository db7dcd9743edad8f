import type { Operation } from "./operation.ts";
import type { ProblemCode } from "./problem.ts";

/** Every code an operation may answer with: its own plus what its shape and access imply. */
export const problemCodes = (operation: Operation): readonly ProblemCode[] => {
  const implied: ProblemCode[] = ["headers_too_large", "internal_error", "busy", "dependency_unavailable"];
  const takesInput = operation.params ?? operation.query ?? operation.body;
  if (takesInput) implied.push(operation.dialect === "v2" ? "invalid_request" : "invalid_input");
  if (operation.method !== "GET") implied.push("malformed_json", "body_too_large", "unsupported_media_type");
  if (operation.access.kind !== "public") implied.push("unauthorized", "forbidden");
  if (operation.access.kind === "workspace") implied.push("origin_not_allowed");
  return [...new Set([...operation.problems, ...implied])];
};

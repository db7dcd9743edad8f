import type { FailureWord } from "../deliveries/delivery.rules.ts";

/**
 * What a failed request says about the receiver, or null when it says nothing about it: then the fault is ours (no file
 * handles left, a header we wrote wrongly, a bug), and the caller must not charge the receiver with it.
 */
export const failureOf = (error: unknown): FailureWord | null => {
  const code = codeOf(error);
  return words[code] ?? patterns.find(([pattern]) => pattern.test(code))?.[1] ?? null;
};

/** Connecting to several addresses fails with all their errors in one; the first one speaks for them. */
const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && !("code" in error)) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
};

const words: Readonly<Record<string, FailureWord>> = {
  ADDRESS_NOT_ALLOWED: "address_not_allowed",
  NAME_NOT_RESOLVED: "name_not_resolved",
  DEADLINE_PASSED: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  ETIMEDOUT: "timeout",
  ECONNREFUSED: "connection_refused",
  ECONNRESET: "connection_closed",
  EPIPE: "connection_closed",
  UND_ERR_SOCKET: "connection_closed",
  EHOSTUNREACH: "connection_failed",
  ENETUNREACH: "connection_failed",
  EHOSTDOWN: "connection_failed",
  EPROTO: "tls_failed",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "tls_failed",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "tls_failed",
  DEPTH_ZERO_SELF_SIGNED_CERT: "tls_failed",
  SELF_SIGNED_CERT_IN_CHAIN: "tls_failed",
  HOSTNAME_MISMATCH: "tls_failed",
  UND_ERR_HEADERS_OVERFLOW: "answer_invalid",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "answer_invalid",
};

const patterns: readonly (readonly [RegExp, FailureWord])[] = [
  [/^(ERR_TLS_|ERR_SSL_|CERT_)/, "tls_failed"],
  // The parser of HTTP answers.
  [/^HPE_/, "answer_invalid"],
];

import type { FailureWord } from "../deliveries/delivery.rules.ts";

/**
 * What a failed request says about the receiver, or null when it says nothing about it: then the fault is ours (no file
 * handles left, a header we wrote wrongly, a bug), and the caller must not charge the receiver with it.
 */
export const failureOf = (error: unknown): FailureWord | null => {
  const code = codeOf(error);
  return words[code] ?? (tlsFault.test(code) ? "tls_failed" : null);
};

/** undici's parser of answers, whose errors do not always have a code. */
const parserError = "HTTPParserError";

/** Connecting to several addresses fails with all their errors in one; the first one speaks for them. */
const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && !("code" in error)) return codeOf(error.errors[0]);
  if (error instanceof Error && error.name === parserError) return parserError;
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
  [parserError]: "answer_invalid",
  UND_ERR_HEADERS_OVERFLOW: "answer_invalid",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "answer_invalid",
};

/** OpenSSL's and Node's names for certificates and handshakes that are not as they should be. */
const tlsFault = /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH)/;

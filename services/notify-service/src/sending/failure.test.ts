import { describe, expect, it } from "vitest";
import { failureOf } from "./failure.ts";

const coded = (code: string) => Object.assign(new Error("x"), { code });

describe("whose fault", () => {
  it.each([
    ["ECONNREFUSED", "connection_refused"],
    ["ECONNRESET", "connection_closed"],
    ["UND_ERR_SOCKET", "connection_closed"],
    ["EHOSTUNREACH", "connection_failed"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout"],
    ["CERT_HAS_EXPIRED", "tls_failed"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls_failed"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "tls_failed"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "tls_failed"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls_failed"],
    ["NAME_NOT_RESOLVED", "name_not_resolved"],
    ["ADDRESS_NOT_ALLOWED", "address_not_allowed"],
  ])("%s is the receiver's: %s", (code, word) => {
    expect(failureOf(coded(code))).toBe(word);
  });

  it.each([
    "EMFILE",
    "ENFILE",
    "ENOBUFS",
    "EADDRNOTAVAIL",
    "UND_ERR_DESTROYED",
    "UND_ERR_INVALID_ARG",
    "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
    "",
  ])("%j is ours", (code) => {
    expect(failureOf(coded(code))).toBeNull();
  });

  it("a bug is ours", () => {
    expect(failureOf(new TypeError("undefined is not a function"))).toBeNull();
    expect(failureOf("thrown text")).toBeNull();
  });

  it("the first of several addresses speaks for all", () => {
    expect(failureOf(new AggregateError([coded("EHOSTUNREACH"), coded("ECONNREFUSED")], "all failed"))).toBe(
      "connection_failed",
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCursor, parseCursor } from "./submission-cursor.rules.ts";

describe("a cursor", () => {
  it("reads back what it was made from, and is made of letters that need no encoding", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uuid(), (txId, submissionId) => {
        const cursor = formatCursor({ txId: String(txId), submissionId });
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(parseCursor(cursor)).toEqual({ txId: String(txId), submissionId });
      }),
    );
  });

  it.each([
    "",
    "x",
    "====",
    "not a cursor",
    "a".repeat(500),
    btoa("1:2"),
    btoa("-1:0190b7c2-0000-7000-8000-000000000001"),
    btoa(`${2n ** 64n}:0190b7c2-0000-7000-8000-000000000001`),
    btoa("1:0190b7c2-0000-7000-8000-000000000001; DROP TABLE submissions"),
    btoa("ÿÿÿ"),
  ])("is null for %j", (text) => {
    expect(parseCursor(text.replaceAll("=", ""))).toBeNull();
  });

  it("is null for any other text", () => {
    fc.assert(fc.property(fc.string(), (text) => parseCursor(text) === null));
  });
});

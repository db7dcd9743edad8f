import { describe, expect, it } from "vitest";
import { formatAuditCursor, parseAuditCursor } from "./audit-cursor.rules.ts";

describe("the cursor", () => {
  it.each([1, 9, 10, 123_456, 999_999_999_999_999])("comes back as it was made: %i", (position) => {
    const cursor = formatAuditCursor(position);
    expect(cursor).toMatch(/^[A-Za-z0-9]+$/);
    expect(parseAuditCursor(cursor)).toBe(position);
  });

  it.each([
    "",
    "nonsense",
    "MA",
    "LTE",
    "MS4x",
    btoa("1e3"),
    btoa("01").replace("=", ""),
    "MQ==",
    "A".repeat(40),
    "MR",
  ])("is none of ours: %j", (cursor) => {
    expect(parseAuditCursor(cursor)).toBeNull();
  });
});

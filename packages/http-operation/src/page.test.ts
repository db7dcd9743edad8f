import { describe, expect, it } from "vitest";
import { cutPage, readPageRequest } from "./page.ts";

const ids = [1, 2, 3].map((number) => `0190a000-0000-7000-8000-00000000000${number}`);

describe("pages", () => {
  it("begin where the one before ended", () => {
    const first = cutPage(ids, 2, (id) => id);
    expect(first.data).toEqual(ids.slice(0, 2));
    expect(readPageRequest({ after: first.next ?? "" })).toEqual({ after: ids[1], size: 50 });
  });

  it.each([0, 1, 2])("of %i rows that all fit have no next one", (count) => {
    expect(cutPage(ids.slice(0, count), 2, (id) => id).next).toBeNull();
  });

  it("take the length that was asked for", () => {
    expect(readPageRequest({ limit: "7" })).toEqual({ after: null, size: 7 });
  });

  it.each(["", "x", "AAAA", Buffer.from(`${ids[0]}' OR 1=1`).toString("base64url")])(
    "refuse the cursor %j",
    (after) => {
      expect(() => readPageRequest({ after })).toThrow("invalid_request");
    },
  );
});

import { describe, expect, it } from "vitest";
import { cursorOf, cutPage, pageSize, parseCursor } from "./page.rules.ts";

const id = "0192f0c1-2a30-7c4d-9d0e-6f1a2b3c4d5e";

describe("pages", () => {
  it("finds its own cursors again and no others", () => {
    expect(parseCursor(cursorOf(id))).toBe(id);
    for (const foreign of ["", "x", id, cursorOf("1"), cursorOf(`${id}'`), "%00"])
      expect(parseCursor(foreign)).toBeNull();
  });

  it("has a next one only when there is more", () => {
    const rows = ["a", "b", "c"];
    expect(cutPage(rows, 2, (row) => row)).toEqual({ data: ["a", "b"], next: cursorOf("b") });
    expect(cutPage(rows, 3, (row) => row)).toEqual({ data: rows, next: null });
    expect(cutPage([], 3, (row: string) => row)).toEqual({ data: [], next: null });
  });

  it("holds 50 unless told otherwise", () => {
    expect([pageSize(undefined), pageSize("1"), pageSize("200")]).toEqual([50, 1, 200]);
  });
});

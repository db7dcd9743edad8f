import { Problem } from "@roundtrip/http-problem/problem";
import { parseCursor } from "./page.rules.ts";

/** Null without a cursor. Throws `invalid_request` for one that was not ours. */
export const requireCursor = (after: string | undefined): string | null => {
  if (after === undefined) return null;
  const id = parseCursor(after);
  if (id !== null) return id;
  throw new Problem("invalid_request", {
    detail: [{ loc: ["query", "after"], msg: "must be the `next` of a page", type: "invalid_format" }],
  });
};

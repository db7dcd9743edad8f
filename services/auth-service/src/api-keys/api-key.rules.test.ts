import { expect, it } from "vitest";
import { parseCursor, refuseExpiry } from "./api-key.rules.ts";

it("takes only ids for cursors", () => {
  expect(parseCursor("01999999-9999-7999-8999-999999999999")).not.toBeNull();
  for (const text of ["", "1", "' OR 1=1", "01999999-9999-7999-8999-999999999999 "])
    expect(parseCursor(text)).toBeNull();
});

it("wants an expiry that is still to come", () => {
  const now = new Date();
  expect(refuseExpiry(now, now)).not.toBeNull();
  expect(refuseExpiry(new Date(now.getTime() + 1), now)).toBeNull();
});

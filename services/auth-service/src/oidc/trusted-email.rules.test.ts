import { describe, expect, it } from "vitest";
import { trustedEmailKey } from "./trusted-email.rules.ts";

describe("an e-mail that may be linked", () => {
  it("is compared as accounts are", () => {
    expect(trustedEmailKey("Ada@Clinic.example")).toBe("ada@clinic.example");
  });

  it.each([
    "",
    "ada",
    "\uff41da@clinic.example",
    "\u212Aim@clinic.example",
    "ada@clinic.example\u0000",
    " ada@x",
    "é@x.example",
  ])("is not %j", (email) => {
    expect(trustedEmailKey(email)).toBeNull();
  });
});

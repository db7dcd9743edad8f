import { describe, expect, it } from "vitest";
import { clearedOidcCookie, oidcCookie, readOidcCookie } from "./oidc-cookie.rules.ts";

const binding = { challengeId: "01890000-0000-7000-8000-000000000001", secret: "s".repeat(43) };
const cookiesOf = (header: string) => {
  const [name = "", value = ""] = header.split(";")[0]?.split("=") ?? [];
  return { [name]: value };
};

describe("the cookie of a round trip", () => {
  it.each([true, false])("comes back as it was set (secure: %s)", (secure) => {
    expect(readOidcCookie(secure, cookiesOf(oidcCookie(secure, binding)))).toEqual(binding);
    expect(readOidcCookie(secure, cookiesOf(clearedOidcCookie(secure)))).toBeNull();
  });

  it("is kept from scripts, other hosts and plain http", () => {
    expect(oidcCookie(true, binding)).toMatch(/^__Host-.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
    expect(oidcCookie(false, binding)).not.toMatch(/__Host-|Secure/);
  });

  it("is not read under the name that a plain page could set", () => {
    expect(readOidcCookie(true, cookiesOf(oidcCookie(false, binding)))).toBeNull();
  });

  it.each(["", ".", binding.challengeId, `${binding.challengeId}.short`, `x.${binding.secret}`])(
    "is none of ours: %j",
    (value) => {
      expect(readOidcCookie(true, { "__Host-roundtrip_oidc": value })).toBeNull();
    },
  );
});

import { describe, expect, it } from "vitest";
import { refuseOrigin, refuseOrigins } from "./allowed-origin.rules.ts";

describe("an origin", () => {
  it.each([
    "https://portal.example",
    "https://portal.example:8443",
    "https://xn--mller-kva.example",
    "https://[2001:db8::1]:8443",
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "http://[::1]:5173",
  ])("%s may use keys of live and of dev", (origin) => {
    expect([refuseOrigin(origin, "live"), refuseOrigin(origin, "dev")]).toEqual([null, null]);
  });

  it.each(["http://portal.example", "http://10.0.0.7:3000", "http://localhost.evil.example"])(
    "%s may use keys of dev alone",
    (origin) => {
      expect([refuseOrigin(origin, "live"), refuseOrigin(origin, "dev")]).toEqual(["must be https", null]);
    },
  );

  it.each([
    "null",
    "*",
    "https://*",
    "https://*.portal.example",
    "portal.example",
    "//portal.example",
    "https://portal.example/",
    "https://portal.example/path",
    "https://portal.example?x",
    "https://portal.example#x",
    "https://portal.example:443",
    "http://localhost:80",
    "https://Portal.example",
    "HTTPS://portal.example",
    "https://müller.example",
    "https://user@portal.example",
    "https://user:secret@portal.example",
    "https://portal.example.",
    " https://portal.example",
    "https://portal.example\n",
    "https://portal.example,https://other.example",
    "https://0x7f.1",
    "file:///index.html",
    "javascript:alert(1)",
    "data:text/html,x",
    "chrome-extension://abcdefgh",
    "https://",
    "",
  ])("%j is refused on live and on dev", (origin) => {
    expect(refuseOrigin(origin, "live")).not.toBeNull();
    expect(refuseOrigin(origin, "dev")).not.toBeNull();
  });

  it("is shown as browsers send it, without the secret of who typed one", () => {
    expect(refuseOrigin("https://Müller.example/app", "live")).toBe(
      "must be written as browsers send it, as https://xn--mller-kva.example",
    );
    expect(refuseOrigin("https://user:secret@portal.example", "live")).toBe("must be written as browsers send it");
  });
});

describe("a list of origins", () => {
  it("names every fault with its place, and what is there twice", () => {
    const origins = ["https://a.example", "https://b.example/", "https://a.example", "http://c.example"];
    expect(refuseOrigins(origins, "live")).toEqual([
      { index: 1, reason: "must be written as browsers send it, as https://b.example" },
      { index: 2, reason: "is there twice" },
      { index: 3, reason: "must be https" },
    ]);
    expect(refuseOrigins([], "live")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { clearedRefreshCookie, cookieSettings, isCrossSite, refreshCookie } from "./refresh-cookie.rules.ts";

const settings = cookieSettings("https://surveys.example/");

describe("the refresh cookie", () => {
  it("belongs to one host over TLS", () => {
    expect(refreshCookie(settings, "a.b.c", 60)).toBe(
      "__Host-roundtrip_refresh=a.b.c; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure",
    );
    expect(clearedRefreshCookie(settings)).toContain("=; Path=/; Max-Age=0;");
  });

  it("goes without the prefix only on plain http", () => {
    expect(cookieSettings("http://localhost:3000")).toEqual({
      name: "roundtrip_refresh",
      deviceName: "roundtrip_device",
      secure: false,
      publicOrigin: "http://localhost:3000",
    });
  });
});

describe("isCrossSite", () => {
  it.each([
    ["a program without either header", {}, false],
    ["our own page", { origin: "https://surveys.example", "sec-fetch-site": "same-origin" }, false],
    ["our own page in an old browser", { origin: "https://surveys.example" }, false],
    ["an address typed by hand", { "sec-fetch-site": "none" }, false],
    [
      "the same machine under its other name",
      { origin: "http://127.0.0.1:3000", "sec-fetch-site": "same-origin", host: "127.0.0.1:3000" },
      false,
    ],
    ["that name without the browser's word", { origin: "http://127.0.0.1:3000", host: "127.0.0.1:3000" }, true],
    ["another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, true],
    ["another site in an old browser", { origin: "https://evil.example" }, true],
    [
      "another site that fakes the host",
      { origin: "https://evil.example", "sec-fetch-site": "same-origin", host: "surveys.example" },
      true,
    ],
    ["a neighbour", { "sec-fetch-site": "same-site" }, true],
    ["our host over http", { origin: "http://surveys.example" }, true],
    ["a sandbox", { origin: "null" }, true],
    ["two origins", { origin: ["https://surveys.example", "https://evil.example"] }, true],
  ])("%s", (_name, headers, crossSite) => {
    expect(isCrossSite(settings, headers)).toBe(crossSite);
  });
});

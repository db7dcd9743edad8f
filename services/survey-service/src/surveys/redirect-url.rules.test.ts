import { describe, expect, it } from "vitest";
import { refuseOrigin, refuseRedirectUrl } from "./redirect-url.rules.ts";

const dev = {
  origins: ["https://clinic.example", "http://localhost:4000/", "https://xn--bcher-kva.example"],
  environment: "dev",
} as const;
const live = { ...dev, environment: "live" } as const;

describe("where people may be sent", () => {
  it.each([
    "https://clinic.example",
    "https://clinic.example/back?u={username}&s={status}#{state}",
    "https://clinic.example/{custom.case id}/{custom.ümlaut}",
    "HTTPS://CLINIC.example/{identifier}{identifier}",
    "https://clinic.example:443/",
    "http://localhost:4000/{userId}/{sessionId}/{submissionId}/{externalUserId}",
    "https://bücher.example/",
  ])("%s", (url) => {
    expect(refuseRedirectUrl(url, dev)).toBeNull();
  });

  it.each([
    ["", "absolute"],
    ["/back", "absolute"],
    ["//clinic.example", "absolute"],
    ["clinic.example", "absolute"],
    ["javascript:alert(1)", "absolute"],
    ["data:text/html,x", "absolute"],
    ["https:clinic.example", "absolute"],
    ["https:///clinic.example", "absolute"],
    ["https:\\\\clinic.example", "absolute"],
    ["https://clinic.example\\.evil.example/", "absolute"],
    [" https://clinic.example", "absolute"],
    ["https://clinic.example/\n", "absolute"],
    ["https://clinic.example/a b", "absolute"],
    ["https://clinic.example/\ud800", "absolute"],
    ["https://clinic.example:99999/", "absolute"],
    ["https://clinic.example.evil.example", "not among"],
    ["https://evil.example/?https://clinic.example", "not among"],
    ["https://clinic.example:8443/", "not among"],
    ["http://clinic.example/", "not among"],
    ["https://evil.example#@clinic.example", "not among"],
    ["https://clinic.example@evil.example/", "user name"],
    ["https://:@clinic.example/", null],
    ["https://a@clinic.example/", "user name"],
    ["https://{username}.example/", "path and the query"],
    ["https://clinic.example:{status}/", "path and the query"],
    ["https://{username}@clinic.example/", "user name"],
    ["{identifier}", "absolute"],
    ["https://clinic.example/{Username}", "no placeholder"],
    ["https://clinic.example/{}", "no placeholder"],
    ["https://clinic.example/{authToken}", "no placeholder"],
    ["https://clinic.example/{custom.}", "no placeholder"],
  ])("not %j", (url, reason) => {
    const fault = refuseRedirectUrl(url, dev);
    if (reason === null) expect(fault).toBeNull();
    else expect(fault).toContain(reason);
  });

  it("is https alone in a live workspace", () => {
    expect(refuseRedirectUrl("http://localhost:4000/", live)).toContain("https");
    expect(refuseRedirectUrl("https://clinic.example/", live)).toBeNull();
  });

  it("is nowhere while no origin is allowed", () => {
    expect(refuseRedirectUrl("https://clinic.example/", { origins: [], environment: "dev" })).toContain("not among");
  });
});

describe("an origin", () => {
  it.each([
    "https://clinic.example",
    "https://clinic.example/",
    "https://clinic.example:8443",
    "http://127.0.0.1:4000",
  ])("%s", (origin) => {
    expect(refuseOrigin(origin, "dev")).toBeNull();
  });

  it.each([
    ["https://clinic.example/back", "dev"],
    ["https://clinic.example/?a", "dev"],
    ["https://clinic.example/#a", "dev"],
    ["https://a:b@clinic.example", "dev"],
    ["https://*.clinic.example:x", "dev"],
    ["ftp://clinic.example", "dev"],
    ["http://clinic.example", "live"],
  ] as const)("not %s in %s", (origin, environment) => {
    expect(refuseOrigin(origin, environment)).not.toBeNull();
  });
});

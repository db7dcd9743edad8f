import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendTicket,
  buildReturnAddress,
  chooseTemplate,
  type RedirectPlace,
  type RedirectValues,
} from "./redirect.rules.ts";

const values: RedirectValues = {
  userId: "0190b7c2-0000-7000-8000-000000000001",
  username: "p-17",
  externalUserId: "ext 1",
  sessionId: "0190b7c2-0000-7000-8000-000000000002",
  submissionId: "0190b7c2-0000-7000-8000-000000000003",
  status: "completed",
  state: "a&b=c#d",
  customFields: [
    { name: "arm", value: "B/2" },
    { name: "study arm", value: "ü" },
  ],
};

const place = (
  change: { values?: Partial<RedirectValues>; rules?: object; environment?: "live" | "dev" } = {},
): RedirectPlace => ({
  rules: {
    url: null,
    identifier: "username",
    outcomes: {},
    allowed_origins: ["https://clinic.example", "http://localhost:4000/"],
    ...change.rules,
  },
  values: { ...values, ...change.values },
  environment: change.environment ?? "live",
});

const urlOf = (template: string, change: Parameters<typeof place>[0] = {}): string => {
  const built = buildReturnAddress(template, place(change));
  return typeof built === "string" ? `refused: ${built}` : built.url;
};

describe("placeholders", () => {
  it.each([
    ["https://clinic.example/done?u={username}", "https://clinic.example/done?u=p-17"],
    ["https://clinic.example/{userId}/{sessionId}", `https://clinic.example/${values.userId}/${values.sessionId}`],
    [
      "https://clinic.example/?s={submissionId}&t={status}",
      `https://clinic.example/?s=${values.submissionId}&t=completed`,
    ],
    ["https://clinic.example/?e={externalUserId}", "https://clinic.example/?e=ext%201"],
    ["https://clinic.example/?x={state}", "https://clinic.example/?x=a%26b%3Dc%23d"],
    ["https://clinic.example/{custom.arm}?a={custom.study arm}", "https://clinic.example/B%2F2?a=%C3%BC"],
    ["https://clinic.example/?a={identifier}&b={identifier}", "https://clinic.example/?a=p-17&b=p-17"],
    ["https://clinic.example/?none={custom.unknown}&end=1", "https://clinic.example/?none=&end=1"],
    ["https://clinic.example/#/back/{username}", "https://clinic.example/#/back/p-17"],
  ])("of %s", (template, expected) => {
    expect(urlOf(template)).toBe(expected);
  });

  it.each([
    ["userId", values.userId],
    ["username", "p-17"],
    ["custom:arm", "B%2F2"],
    ["custom:unknown", ""],
    [null, ""],
  ])("{identifier} set to %s", (identifier, expected) => {
    expect(urlOf("https://clinic.example/?i={identifier}", { rules: { identifier } })).toBe(
      `https://clinic.example/?i=${expected}`,
    );
  });

  it.each(["$&", "$1", "!'()*", "{username}", "%2e%2e", "\r\nSet-Cookie: a=1", "\ud800", "☃"])(
    "of the value %j stay data",
    (state) => {
      const url = new URL(urlOf("https://clinic.example/r?s={state}&end=1", { values: { state } }));
      expect(url.searchParams.get("s")).toBe(state.replace("\ud800", "\ufffd"));
      expect(url.searchParams.get("end")).toBe("1");
      expect(url.href).not.toMatch(/[\r\n!'()*]/);
    },
  );
});

describe("refusals", () => {
  it.each([
    ["another scheme", "javascript://clinic.example/%0aalert(1)", "scheme_not_allowed"],
    ["an opaque address", "javascript:alert(1)", "not_an_address"],
    ["a data address", "data:text/html,hello", "not_an_address"],
    ["a relative address", "/done", "not_an_address"],
    ["an address without a scheme", "//clinic.example/done", "not_an_address"],
    ["another origin", "https://evil.example/", "origin_not_allowed"],
    ["a look-alike that goes on", "https://clinic.example.evil.example/", "origin_not_allowed"],
    ["a look-alike that begins earlier", "https://notclinic.example/", "origin_not_allowed"],
    ["a look-alike letter", "https://clinіc.example/", "origin_not_allowed"],
    ["another port", "https://clinic.example:8443/", "origin_not_allowed"],
    ["a trailing dot", "https://clinic.example./", "origin_not_allowed"],
    ["an address literal", "https://127.0.0.1/", "origin_not_allowed"],
    ["the right host over plain http", "http://clinic.example/", "origin_not_allowed"],
    ["userinfo that looks like the host", "https://clinic.example@evil.example/", "userinfo_not_allowed"],
    ["userinfo before the right host", "https://evil.example@clinic.example/", "userinfo_not_allowed"],
    ["a backslash before userinfo", "https://evil.example\\@clinic.example/", "not_an_address"],
    ["backslashes for slashes", "https:\\\\evil.example/", "not_an_address"],
    ["three slashes", "https:///evil.example/", "not_an_address"],
    ["one slash", "https:/evil.example/", "not_an_address"],
    ["a tab in the host", "https://clinic.ex\tample/", "not_an_address"],
    ["a line break", "https://clinic.example/\r\nSet-Cookie: a=1", "not_an_address"],
    ["a leading space", " https://clinic.example/", "not_an_address"],
    ["a value as the whole address", "{custom.url}", "not_an_address"],
    ["a value as the host", "https://{custom.host}/", "origin_not_allowed"],
    ["a value that ends the host", "https://clinic.example{custom.tail}/", "value_changes_address"],
    ["a value as the port", "https://clinic.example:{custom.port}/", "not_an_address"],
  ])("%s", (_what, template, refusal) => {
    const customFields = [
      { name: "url", value: "https://clinic.example/" },
      { name: "host", value: "evil.example" },
      { name: "tail", value: "" },
      { name: "port", value: "443" },
    ];
    expect(urlOf(template, { values: { customFields } })).toBe(`refused: ${refusal}`);
  });

  it.each([".", ".."])("the path segment %s, which encoding cannot stop", (username) => {
    expect(urlOf("https://clinic.example/a/{username}/done", { values: { username } })).toBe(
      "refused: value_changes_address",
    );
    expect(urlOf("https://clinic.example/a?u={username}", { values: { username } })).toBe(
      `https://clinic.example/a?u=${username}`,
    );
  });

  it("everything, when no origin is allowed", () => {
    expect(urlOf("https://clinic.example/", { rules: { allowed_origins: [] } })).toBe("refused: origin_not_allowed");
    expect(urlOf("https://clinic.example/", { rules: { allowed_origins: ["nonsense"] } })).toBe(
      "refused: origin_not_allowed",
    );
  });

  it("plain http on live, and takes it on dev", () => {
    expect(urlOf("http://localhost:4000/done")).toBe("refused: https_only");
    expect(urlOf("http://localhost:4000/done", { environment: "dev" })).toBe("http://localhost:4000/done");
  });

  it("nothing that only writes an allowed origin differently", () => {
    expect(urlOf("HTTPS://CLINIC.example:443/done")).toBe("https://clinic.example/done");
  });
});

describe("for every value", () => {
  const templates = [
    "https://clinic.example/r/{state}/end?a=1&s={state}&b=2#f={state}",
    "https://clinic.example/r?{state}={state}",
    "https://clinic.example/{custom.any}",
    "https://clinic.example/r#{custom.any}",
  ];

  it("the address keeps its origin and its shape, or is refused", () => {
    fc.assert(
      fc.property(fc.constantFrom(...templates), fc.string({ unit: "binary", maxLength: 40 }), (template, value) => {
        const built = buildReturnAddress(
          template,
          place({ values: { state: value, customFields: [{ name: "any", value }] } }),
        );
        if (typeof built === "string") {
          expect(built).toBe("value_changes_address");
          expect([".", "..", ""]).toContain(value);
          return;
        }
        const url = new URL(built.url);
        expect(url.origin).toBe("https://clinic.example");
        expect(url.pathname.split("/").length).toBe(template.startsWith(`${url.origin}/r/`) ? 4 : 2);
        if (template.includes("s={state}")) {
          expect([...url.searchParams]).toEqual([
            ["a", "1"],
            ["s", value],
            ["b", "2"],
          ]);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("no template and no value leads off the list", () => {
    const piece = fc.constantFrom(
      "https:",
      "http:",
      "/",
      "//",
      "\\",
      "@",
      "clinic.example",
      "evil.example",
      ".",
      ":",
      "?",
      "#",
      "{state}",
      "\t",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.string(), (pieces, state) => {
        const built = buildReturnAddress(pieces.join(""), place({ values: { state } }));
        if (typeof built !== "string") expect(new URL(built.url).origin).toBe("https://clinic.example");
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("chooseTemplate", () => {
  const rules = { ...place().rules, url: "survey", outcomes: { declined: "outcome" } };

  it.each([
    ["session", "declined", { session: "session", respondent: "respondent" }],
    ["respondent", "declined", { session: null, respondent: "respondent" }],
    ["outcome", "declined", { session: null, respondent: null }],
    ["survey", "completed", { session: null, respondent: null }],
  ] as const)("takes the %s's own first", (expected, status, own) => {
    expect(chooseTemplate(own, rules, status)).toBe(expected);
  });

  it("answers null when there is none", () => {
    expect(chooseTemplate({ session: null, respondent: null }, place().rules, "completed")).toBeNull();
  });
});

describe("appendTicket", () => {
  it.each([
    ["https://a.example/", "https://a.example/?ticket=T"],
    ["https://a.example/p?", "https://a.example/p?ticket=T"],
    ["https://a.example/p?x=1", "https://a.example/p?x=1&ticket=T"],
    ["https://a.example/p?x=a+b%20c&x=2&y", "https://a.example/p?x=a+b%20c&x=2&y&ticket=T"],
    ["https://a.example/p?q=what?", "https://a.example/p?q=what?&ticket=T"],
    ["https://a.example/p#frag", "https://a.example/p?ticket=T#frag"],
    ["https://a.example/p?x=1#/route?ticket=2#z", "https://a.example/p?x=1&ticket=T#/route?ticket=2#z"],
    ["https://a.example/p?ticket=forged&x=1", "https://a.example/p?x=1&ticket=T"],
    ["https://a.example/p?tick%65t=forged", "https://a.example/p?ticket=T"],
    ["https://a.example/p?myticket=1", "https://a.example/p?myticket=1&ticket=T"],
  ])("to %s", (url, expected) => {
    expect(appendTicket(url, "T")).toBe(expected);
  });
});

import { describe, expect, it } from "vitest";
import { addressWithoutToken, parseRoute, paths } from "./routes.ts";

const at = (address: string) => {
  const { pathname, search } = new URL(address, "https://survey.example");
  return parseRoute({ pathname, search });
};

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VybmFtZSI6Im1heWEifQ.c2lnbmF0dXJl";

describe("paths", () => {
  it("builds every address that the app links to", () => {
    expect({
      start: paths.start(),
      home: paths.survey("gad-7"),
      recall: paths.survey("gad-7", "recall"),
      feedback: paths.survey("gad-7", "feedback"),
      hostile: paths.survey("../a/b?c"),
    }).toMatchInlineSnapshot(`
      {
        "feedback": "/gad-7/feedback",
        "home": "/gad-7",
        "hostile": "/..%2Fa%2Fb%3Fc",
        "recall": "/gad-7/recall",
        "start": "/",
      }
    `);
  });

  it("leads back to the page it was built for", () => {
    for (const page of ["home", "recall", "feedback"] as const) {
      expect(at(paths.survey("gad-7", page))).toEqual({ page, slug: "gad-7" });
    }
  });
});

describe("parseRoute", () => {
  it("reads the pages of a survey, with or without a slash at the end", () => {
    expect(at("/gad-7")).toEqual({ page: "home", slug: "gad-7" });
    expect(at("/gad-7/")).toEqual({ page: "home", slug: "gad-7" });
    expect(at("/GAD_7/recall?utm=x")).toEqual({ page: "recall", slug: "GAD_7" });
    expect(at("/gad-7/feedback")).toEqual({ page: "feedback", slug: "gad-7" });
    expect(at("/")).toEqual({ page: "start" });
  });

  it("reads a create-user link and where it leads", () => {
    const expected = { page: "create-user", slug: "gad-7", token: jwt };
    expect(at(`/gad-7/create-user/${jwt}`)).toEqual({ ...expected, destination: "home" });
    expect(at(`/gad-7/create-user/${jwt}?redirect=recall`)).toEqual({ ...expected, destination: "recall" });
    expect(at(`/gad-7/create-user/${jwt}?redirect=feedback`)).toEqual({ ...expected, destination: "feedback" });
  });

  it("goes home when a create-user link names no page that exists", () => {
    for (const redirect of ["home", "", "admin", "https%3A%2F%2Fevil.example", "RECALL"]) {
      expect(at(`/gad-7/create-user/${jwt}?redirect=${redirect}`)).toMatchObject({ destination: "home" });
    }
  });

  it("reads all five authentication addresses", () => {
    expect(at("/a/tok%2Ben")).toEqual({ page: "authenticate", slug: null, token: "tok+en", destination: "home" });
    expect(at("/?auth=abc")).toEqual({ page: "authenticate", slug: null, token: "abc", destination: "home" });
    const inSurvey = { page: "authenticate", slug: "gad-7", token: "abc" };
    expect(at("/gad-7?auth=abc")).toEqual({ ...inSurvey, destination: "home" });
    expect(at("/gad-7/recall?auth=abc")).toEqual({ ...inSurvey, destination: "recall" });
    expect(at("/gad-7/feedback?auth=abc")).toEqual({ ...inSurvey, destination: "feedback" });
  });

  it("takes an empty token for no token", () => {
    expect(at("/gad-7?auth=")).toEqual({ page: "home", slug: "gad-7" });
    expect(at("/?auth=")).toEqual({ page: "start" });
    expect(at("/gad-7/create-user/")).toEqual({ page: "unknown" });
    expect(at("/a/")).toEqual({ page: "unknown" });
  });

  it("does not take reserved or malformed addresses for a survey", () => {
    for (const address of [
      "/assets/x",
      "/surveys/gad-7",
      "/s/code",
      "/a",
      "/gad%207",
      "/%E0%A4%A",
      "/gad-7/x",
      "/g/recall/y",
    ]) {
      expect(at(address), address).toEqual({ page: "unknown" });
    }
  });
});

describe("addressWithoutToken", () => {
  it("keeps the page and drops the token", () => {
    const shown = (address: string) => addressWithoutToken(at(address));
    expect(shown(`/gad-7/create-user/${jwt}?redirect=recall`)).toBe("/gad-7/recall");
    expect(shown(`/gad-7/create-user/${jwt}`)).toBe("/gad-7");
    expect(shown("/gad-7/feedback?auth=abc")).toBe("/gad-7/feedback");
    expect(shown("/gad-7?auth=abc")).toBe("/gad-7");
    expect(shown("/a/abc")).toBe("/");
    expect(shown("/?auth=abc")).toBe("/");
  });

  it("leaves an address without a token alone", () => {
    expect(addressWithoutToken(at("/gad-7/recall?x=1"))).toBeNull();
    expect(addressWithoutToken(at("/"))).toBeNull();
  });
});

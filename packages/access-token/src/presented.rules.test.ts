import { describe, expect, it } from "vitest";
import { findPersonPresented, findPresented } from "./presented.rules.ts";

const key = "rt_live_k";
const pat = "Bearer rt_pat_t";
const jwt = "Bearer a.b.c";
const action = "Token a.b.c";

describe("the credential that decides", () => {
  it.each([
    ["a key", { "x-api-key": key }, "api_key"],
    ["a key before everything else", { "x-api-key": key, "x-auth-token": "a.b.c", authorization: pat }, "api_key"],
    ["an empty key header before everything else", { "x-api-key": "", authorization: pat }, "api_key"],
    ["a key header that came twice", { "x-api-key": [key, key], authorization: pat }, "api_key"],
    ["an access token before Authorization", { "x-auth-token": "a.b.c", authorization: action }, "access_token"],
    ["an empty X-Auth-Token before Authorization", { "x-auth-token": "", authorization: pat }, "access_token"],
    ["an action token", { authorization: action }, "action_token"],
    ["an action token in another case", { authorization: "tOKEN a.b.c" }, "action_token"],
    ["a personal access token", { authorization: pat }, "personal_access_token"],
    [
      "a personal access token in another case of the scheme",
      { authorization: "bearer rt_pat_t" },
      "personal_access_token",
    ],
    ["any other bearer token", { authorization: jwt }, "access_token"],
    ["a key as a bearer token", { authorization: `Bearer ${key}` }, "access_token"],
    ["a personal access token in another case", { authorization: "Bearer RT_PAT_t" }, "access_token"],
    ["two tokens in one header", { authorization: `${pat}, ${pat}` }, "access_token"],
    ["two blanks", { authorization: "Bearer  rt_pat_t" }, "access_token"],
    ["another scheme", { authorization: "Basic rt_pat_t" }, "access_token"],
    ["a scheme alone", { authorization: "Token" }, "access_token"],
    ["a header that came twice", { authorization: [pat, pat] }, "access_token"],
    ["nothing", {}, "access_token"],
  ])("is found for %s", (_name, headers, kind) => {
    expect(findPresented(headers).kind).toBe(kind);
  });

  it("is passed on as it came", () => {
    expect(findPresented({ "x-api-key": ` ${key}` })).toEqual({ kind: "api_key", text: ` ${key}` });
    expect(findPresented({ authorization: pat })).toEqual({ kind: "personal_access_token", text: "rt_pat_t" });
    expect(findPresented({ "x-api-key": [key] })).toEqual({ kind: "api_key", text: "" });
  });

  it("is never a key at the doors of people", () => {
    expect(findPersonPresented({ "x-api-key": key, authorization: pat }).kind).toBe("personal_access_token");
    expect(findPersonPresented({ "x-api-key": key })).toEqual({ kind: "access_token" });
  });
});

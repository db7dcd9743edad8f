import { describe, expect, it } from "vitest";
import { takeRoute } from "./navigation.ts";

const visit = (address: string) => {
  const shown: string[] = [];
  const { pathname, search } = new URL(address, "https://survey.example");
  const route = takeRoute(
    { pathname, search },
    { replaceState: (_state, _unused, url) => void shown.push(String(url)) },
  );
  return { route, shown };
};

describe("takeRoute", () => {
  it("replaces an address that carries a token before it returns, and hands the token over", () => {
    for (const [address, bare] of [
      ["/gad-7/create-user/aaa.bbb.ccc?redirect=recall", "/gad-7/recall"],
      ["/a/secret", "/"],
      ["/?auth=secret", "/"],
      ["/gad-7?auth=secret", "/gad-7"],
      ["/gad-7/recall?auth=secret&x=1", "/gad-7/recall"],
      ["/gad-7/feedback?auth=secret", "/gad-7/feedback"],
    ] as const) {
      const { route, shown } = visit(address);
      expect(shown).toEqual([bare]);
      expect(route).toHaveProperty("token");
    }
  });

  it("leaves other addresses alone", () => {
    expect(visit("/gad-7/recall?x=1").shown).toEqual([]);
    expect(visit("/").shown).toEqual([]);
  });
});

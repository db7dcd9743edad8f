import { describe, expect, it } from "vitest";
import { coverIncludes, findCover, subjectMatches } from "./subject.rules.ts";

describe("subjectMatches", () => {
  it.each([
    ["survey.session.completed.v1", "survey.session.completed.v1"],
    ["survey.*.completed.v1", "survey.session.completed.v1"],
    ["survey.>", "survey.session.completed.v1"],
    ["survey.*.>", "survey.session.completed"],
    [">", "survey"],
  ])("%s lets %s through", (pattern, subject) => {
    expect(subjectMatches(pattern, subject)).toBe(true);
  });

  it.each([
    ["survey.session.completed.v1", "survey.session.completed.v2"],
    ["survey.*", "survey.session.completed"],
    ["survey.*", "survey"],
    ["survey.>", "survey"],
    ["survey.>", "surveys.session"],
    ["survey.session", "survey.session.completed"],
    ["survey.*.completed", "survey.session"],
  ])("%s holds %s back", (pattern, subject) => {
    expect(subjectMatches(pattern, subject)).toBe(false);
  });
});

describe("findCover", () => {
  it.each([
    [["survey.session.completed.v1"], "survey.session.completed.v1"],
    [["survey.a.v1", "survey.a.v1"], "survey.a.v1"],
    [["survey.session.completed.v1", "survey.session.expired.v1"], "survey.session.>"],
    [["survey.session.completed.v1", "survey.user.created.v1", "survey.session.expired.v1"], "survey.>"],
    [["survey.a", "survey.a.b"], "survey.>"],
    [["survey.>", "survey.a.b"], "survey.>"],
    [["survey.a.v1", "auth.b.v1"], null],
    [["survey", "survey.a"], null],
    [[], null],
  ])("of %j is %s", (subjects, cover) => {
    expect(findCover(subjects)).toBe(cover);
  });

  it("lets every subject through that it was made of", () => {
    const subjects = ["auth.a.v1", "auth.a.b.v1", "auth.c.v1", "survey.a.v1", "survey.a", "survey.a.b.c.v2"];
    for (const one of subjects) {
      for (const other of subjects) {
        const cover = findCover([one, other]) ?? ">";
        expect([cover, subjectMatches(cover, one), subjectMatches(cover, other)]).toEqual([cover, true, true]);
      }
    }
  });
});

describe("coverIncludes", () => {
  it.each([
    [null, null],
    [null, "survey.>"],
    ["survey.>", "survey.>"],
    ["survey.>", "survey.session.>"],
    ["survey.>", "survey.a.v1"],
    ["survey.a.v1", "survey.a.v1"],
  ])("%s includes %s", (outer, inner) => {
    expect(coverIncludes(outer, inner)).toBe(true);
  });

  it.each([
    ["survey.>", null],
    ["survey.>", "auth.a.v1"],
    ["survey.session.>", "survey.>"],
    ["survey.a.v1", "survey.>"],
    ["survey.a", "survey.a.v1"],
  ])("%s does not include %s", (outer, inner) => {
    expect(coverIncludes(outer, inner)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { isCommonPassword } from "./common-passwords.ts";
import { isShortPassword, refusePassword } from "./password-policy.rules.ts";

const alone = { hasSecondFactor: false, contextWords: ["ada.lovelace@clinic.example", "St. Mary's Clinic"] };
const beside = { ...alone, hasSecondFactor: true };
const refuse = (password: string, use = alone) => refusePassword(password, use, isCommonPassword);

describe("a password that may be", () => {
  it.each([
    ["four words", "correct horse battery staple"],
    ["spaces in front and behind, which are kept", "  leading and trailing  "],
    ["15 code points exactly", "vK3 pulp radish"],
    ["15 emoji, each one code point", "🦊🐢🦉🐝🦀🐙🦑🦔🐳🦜🐌🐞🦎🐫🦩"],
    ["256 code points", `${"an honest sentence about gardens ".repeat(8)}`.slice(0, 256)],
    ["no capital, no digit, no punctuation", "nobody ever mows here"],
    ["a name and enough besides", "ada.lovelace likes purple onions"],
    ["a row of a keyboard and enough besides", "qwertyuiop eats seven plums"],
    ["another script", "любимая прогулка вдоль реки"],
  ])("is %s", (_name, password) => {
    expect(refuse(password)).toBeNull();
  });

  it("has 8 code points beside a second factor", () => {
    expect(refuse("vK3 pulp", beside)).toBeNull();
    expect(refuse("vK3 pul", beside)).toContain("needs 8");
  });
});

describe("a password that may not be", () => {
  it.each([
    ["nothing", "", "needs 15"],
    ["14 code points", "vK3 pulp radis", "needs 15"],
    ["14 emoji, however many bytes", "🦊🐢🦉🐝🦀🐙🦑🦔🐳🦜🐌🐞🦎🐫", "needs 15"],
    ["15 characters that NFKC makes 14", "vK3 pulp radie\u0301", "needs 15"],
    ["257 code points", "xy".repeat(128).concat("z"), "256"],
    ["one common word twice", "passwordpassword", "most common"],
    ["one common word, decorated", "!!Password123456!!", "most common"],
    ["one common word in wide letters", "ｐａｓｓｗｏｒｄ1234567", "most common"],
    ["one common word, again and again with a dash", "qwerty-qwerty-qwerty", "most common"],
    ["the digits in a row", "123456789012345", "most common"],
    ["one letter", "aaaaaaaaaaaaaaaa", "row"],
    ["the alphabet", "abcdefghijklmnopqr", "row"],
    ["the alphabet backwards", "ZYXWVUTSRQPONMLK", "row"],
    ["a short piece over and over", "zq7!zq7!zq7!zq7!", "row"],
    ["the e-mail", "ada.lovelace@clinic.example", "e-mail"],
    ["the e-mail's own part and some digits", "ada.lovelace2026", "e-mail"],
    ["the customer's name", "st. mary's clinic!", "e-mail"],
    ["our own name", "RoundtripRoundtrip1", "Roundtrip"],
    ["half a character", "vK3 pulp radish \ud83e", "half a character"],
    ["NUL", "vK3 pulp radish\u0000", "NUL"],
    ["the rows of a keyboard", "qwertyuiopasdfgh", "keyboard"],
    ["the rows of a keyboard, shifted", "QWERTYuiopASDFghjkl", "keyboard"],
    ["the rows of a keyboard backwards", "poiuytrewqlkjhgfdsa", "keyboard"],
    ["one row there and back", "asdfghjkllkjhgfdsa", "keyboard"],
    ["one row over and over", "lkjhgflkjhgflkjhgf", "keyboard"],
    ["rows with dashes and digits", "qwertyuiop-asdfgh-12345", "keyboard"],
    ["the rows of a German keyboard", "qwertzuiopüasdfghjklöä", "keyboard"],
    ["the rows of a French keyboard", "azertyuiopqsdfghjklm", "keyboard"],
  ])("is %s", (_name, password, reason) => {
    expect(refuse(password)).toContain(reason);
  });

  it("is found within milliseconds, however long", () => {
    const start = performance.now();
    expect(refuse("ab".repeat(500_000))).toContain("256");
    refuse("a".repeat(255).concat("b"));
    refuse("qwertyuiop".repeat(25).concat("x!x"));
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe("a short password", () => {
  it("has less than 15 code points in NFKC", () => {
    expect(isShortPassword("fourteen chars")).toBe(true);
    expect(isShortPassword("fifteen chars !")).toBe(false);
    expect(isShortPassword("vK3 pulp radie\u0301")).toBe(true);
  });
});

describe("the list", () => {
  it("knows the usual ones and no sentence", () => {
    for (const word of ["123456", "password", "qwerty", "iloveyou", "letmein"])
      expect(isCommonPassword(word)).toBe(true);
    expect(isCommonPassword("correct horse battery staple")).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import { createApiKey, isApiKey } from "./api-key-format.ts";
import { createCredential, credentialPrefix, credentialWord } from "./credential-format.ts";

describe("a credential", () => {
  it.each(["live", "dev", "pat"] as const)("with the word %s has the one form", (word) => {
    const credential = createCredential(word);
    expect(credential).toMatch(new RegExp(`^rt_${word}_[0-9A-Za-z]{49}$`));
    expect(credentialWord(credential)).toBe(word);
    expect(credentialPrefix(credential)).toBe(credential.slice(0, credential.length - 43));
  });

  it("has the checksum that scanners are told of (services/auth-service/README.md)", () => {
    expect(credentialWord(`rt_dev_${"A".repeat(43)}2wuy1s`)).toBe("dev");
  });

  it("binds its word with the checksum: a token renamed to a key is neither", () => {
    const token = createCredential("pat");
    for (const word of ["live", "dev"]) expect(credentialWord(token.replace("_pat_", `_${word}_`))).toBeNull();
    expect(credentialWord(createCredential("dev").replace("_dev_", "_pat_"))).toBeNull();
  });

  it("is refused when one character differs, wherever it stands", () => {
    const token = createCredential("pat");
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === "a" ? "b" : "a";
      expect(credentialWord(token.slice(0, index) + other + token.slice(index + 1))).toBeNull();
    }
  });

  it.each([
    ["nothing", ""],
    ["an unknown word", createCredential("pat").replace("_pat_", "_svc_")],
    ["upper case", createCredential("pat").toUpperCase()],
    ["a blank before it", ` ${createCredential("pat")}`],
    ["a line break after it", `${createCredential("pat")}\n`],
    ["one character more", `${createCredential("pat")}0`],
    ["a megabyte", `rt_pat_${"A".repeat(1_000_000)}`],
  ])("is refused for %s", (_name, text) => {
    expect(credentialWord(text)).toBeNull();
  });

  it("is an API key with the words of environments only", () => {
    expect(isApiKey(createApiKey("live"))).toBe(true);
    expect(isApiKey(createCredential("pat"))).toBe(false);
  });
});

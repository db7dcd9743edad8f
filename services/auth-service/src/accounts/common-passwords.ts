import { createRequire } from "node:module";

interface LanguagePackage {
  readonly dictionary: Readonly<Record<string, readonly string[]>>;
}

const require = createRequire(import.meta.url);

/**
 * True for one of the 49,000 passwords of the list that is shipped (zxcvbn's, from public breaches), in lower case. Nothing
 * is asked over the network. The list costs 20 ms and 14 MB, so it is loaded when the first password is set and not at the
 * start; a look through it takes a fraction of a millisecond, beside a hash of 50.
 */
export const isCommonPassword = (word: string): boolean => {
  const loaded: LanguagePackage = require("@zxcvbn-ts/language-common");
  const words = loaded.dictionary["passwords-common"];
  if (!words || words.length < 10_000) throw new Error("the list of common passwords is not what it was");
  return words.includes(word);
};

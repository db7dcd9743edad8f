import { isKeyboardWalk } from "./keyboard-walk.rules.ts";

/** NIST SP 800-63B-4 section 3.1.1.2: 15 for a password that stands alone, 8 beside a second factor. */
const codePointsMinAlone = 15;
const codePointsMinBeside = 8;
const codePointsMax = 256;

export interface PasswordUse {
  readonly hasSecondFactor: boolean;
  /** What an attacker would try first: the e-mail, the person's name, the customer's. */
  readonly contextWords: readonly string[];
}

/** Too short to stand alone: such a password keeps its account from taking the second factor off. */
export const isShortPassword = (password: string): boolean => countCodePoints(password) < codePointsMinAlone;

const countCodePoints = (text: string): number => [...text.normalize("NFKC")].length;

/**
 * Why this cannot be a password, as the end of a sentence for the person who chose it; null when it can. No rule about kinds
 * of characters (NIST forbids them): length, and nothing that is tried first. `isCommon` knows lower-case words.
 */
export const refusePassword = (
  password: string,
  use: PasswordUse,
  isCommon: (word: string) => boolean,
): string | null => {
  const length = countCodePoints(password);
  const min = use.hasSecondFactor ? codePointsMinBeside : codePointsMinAlone;
  if (length < min) return `needs ${min} characters or more`;
  if (length > codePointsMax) return `may have ${codePointsMax} characters at most`;
  if (password.includes("\0")) return "holds the character NUL, which no keyboard can type";
  if (/\p{Surrogate}/u.test(password)) return "holds half a character, which no keyboard can type again";
  const folded = password.normalize("NFKC").toLowerCase();
  if (isOneWord(folded, isCommon)) return "is one of the most common passwords, or made from just one of them";
  if (isRow(folded)) return "is a row of neighbouring characters or one short piece over and over";
  if (isKeyboardWalk(folded)) return "is a walk along the rows of a keyboard";
  if (isContext(folded, use.contextWords)) return "is made from the e-mail, a name or the word Roundtrip";
  return null;
};

/** `password`, `passwordpassword`, `Password-12345678`, `123456789012345`: what is left without decoration is one listed word. */
const isOneWord = (folded: string, isCommon: (word: string) => boolean): boolean => {
  const bare = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
  const joined = folded.replace(/[^\p{L}\p{N}]/gu, "");
  const candidates = [folded, bare, joined].flatMap((text) => [text, repeatedPiece(text)]);
  return [...new Set(candidates)].some((text) => text.length >= 3 && isCommon(text));
};

/** The shortest piece that gives the text when it is written again and again, the last time perhaps in part. */
const repeatedPiece = (text: string): string => {
  for (let size = 1; size < text.length; size += 1) {
    if (
      text ===
      text
        .slice(0, size)
        .repeat(Math.ceil(text.length / size))
        .slice(0, text.length)
    )
      return text.slice(0, size);
  }
  return text;
};

const pieceLengthMax = 4;

const isRow = (folded: string): boolean => {
  const points = [...folded].map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(points.slice(1).map((point, index) => point - (points[index] ?? 0)));
  const isStraight = steps.size === 1 && [...steps].every((step) => Math.abs(step) <= 1);
  return isStraight || repeatedPiece(folded).length <= pieceLengthMax;
};

const contextWordLengthMin = 4;
/** So much must be left when every word that stands around is taken away. */
const ownCharactersMin = 8;

const isContext = (folded: string, contextWords: readonly string[]): boolean => {
  const words = [...contextWords, "roundtrip"].flatMap((word) => {
    const text = word.normalize("NFKC").toLowerCase();
    return [text, text.split("@")[0] ?? "", ...text.split(/[^\p{L}\p{N}]+/u)];
  });
  const longestFirst = [...new Set(words)]
    .filter((word) => [...word].length >= contextWordLengthMin)
    .sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((text, word) => text.replaceAll(word, ""), folded);
  return rest !== folded && [...rest].length < ownCharactersMin;
};

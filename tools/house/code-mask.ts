/**
 * A comment, a string, a template or a regular expression; the last only where one can begin. A template inside a
 * template ends the outer one early and begins it again later: backticks come in pairs, so the rest is read rightly.
 */
const tokens = new RegExp(
  [
    String.raw`(\/\/[^\n]*|\/\*[\s\S]*?\*\/)`,
    String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`,
    "`(?:\\\\[\\s\\S]|[^`\\\\])*`",
    String.raw`(?<=[(,=:\[!&|?{};]\s*|\breturn )\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*`,
  ].join("|"),
  "g",
);

/** The text with comments, strings and regular expressions blanked out, at the same length and with the same lines. */
export const maskLiterals = (text: string): string => text.replace(tokens, (token) => token.replace(/[^\n]/g, " "));

/** One entry a line: does a comment stand on it, wholly or in part? */
export const commentedLines = (text: string): readonly boolean[] => {
  const marked = text.replace(tokens, (token, comment: string | undefined) =>
    token.replace(/[^\n]/g, comment === undefined ? " " : "\u0001"),
  );
  return marked.split("\n").map((line) => line.includes("\u0001"));
};

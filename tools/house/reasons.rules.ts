import { commentedLines, maskLiterals } from "./code-mask.ts";
import { countLines, isCode, isTest, type TidyRule } from "./fault.ts";
import type { SourceFile } from "./source-tree.ts";

const cast = /\bas\s+(?!const\b)(?:[A-Z{([]|unknown\b|never\b|keyof\b|typeof\b|readonly\b|string\b|number\b|boolean\b)/;
/** A promise that is left alone on purpose; `() => void x` only drops what a callback returns. */
const abandoned = /^\s*(?:\}?\s*else\s+|if\s*\(.*\)\s*)?void\s/;
const reasonAtMostAbove = 3;

/** Every `as` (but `as const`) has its reason beside it, or within three lines above it. Tests may look closer. */
export const castReason: TidyRule = (files) =>
  production(files).flatMap((file) =>
    linesWith(file, cast)
      .filter((line) => !hasReason(file, line))
      .map((line) => ({ path: file.path, line, message: "a cast without its reason" })),
  );

/** A promise that nobody waits for says why. In a browser nobody could wait: handlers of the page answer to nobody. */
export const abandonedPromise: TidyRule = (files) =>
  production(files)
    .filter((file) => /^(packages|services)\//.test(file.path))
    .flatMap((file) =>
      linesWith(file, abandoned)
        .filter((line) => !hasReason(file, line))
        .map((line) => ({ path: file.path, line, message: "a promise is left alone without a reason" })),
    );

const castsPerThousandMax = 1;

/** At most one cast in a thousand lines, tests included. */
export const castBudget: TidyRule = (files) => {
  const code = files.filter((file) => isCode(file.path));
  const casts = code.reduce((sum, file) => sum + linesWith(file, cast).length, 0);
  const lines = code.reduce((sum, file) => sum + countLines(file.text), 0);
  const isOver = casts > Math.ceil((lines / 1_000) * castsPerThousandMax);
  return isOver
    ? [{ path: ".", line: null, message: `${casts} casts in ${lines} lines; at most ${castsPerThousandMax} in 1,000` }]
    : [];
};

const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\b|\bprocess\b|\bfetch\(|\bawait\b|\basync\b|\bthrow\b|\bconsole\b|\bsetTimeout\b/;

/** `*.rules.ts` decide on plain data: no clock, no chance, no I/O, no throw. */
export const pureRules: TidyRule = (files) =>
  files
    .filter((file) => /^(services|packages)\/.*\.rules\.ts$/.test(file.path))
    .flatMap((file) =>
      linesWith(file, impure).map((line) => ({
        path: file.path,
        line,
        message: "rules have no clock, no chance, no I/O and no throw",
      })),
    );

const production = (files: readonly SourceFile[]): readonly SourceFile[] =>
  files.filter((file) => isCode(file.path) && !isTest(file.path));

const linesWith = (file: SourceFile, pattern: RegExp): readonly number[] => {
  // `import { a as B }` and `export { a as B }` rename; they may run over several lines.
  const code = maskLiterals(file.text).replace(/\b(?:import|export)\s[^;(=]*?(?=\sfrom\b|;)/g, (names) =>
    names.replace(/[^\n]/g, " "),
  );
  return code.split("\n").flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
};

const hasReason = (file: SourceFile, line: number): boolean =>
  commentedLines(file.text)
    .slice(Math.max(0, line - 1 - reasonAtMostAbove), line)
    .some((commented) => commented);

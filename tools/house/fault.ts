import type { SourceFile } from "./source-tree.ts";

/** One thing that breaks a rule of STYLE.md. `line` counts from 1; null is about the file, or the whole tree. */
export interface Fault {
  readonly rule: string;
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

/** A rule is a pure function over the tree, so that `guards.test.ts` can show it a tree with a fault in it. */
export type TidyRule = (files: readonly SourceFile[]) => readonly Omit<Fault, "rule">[];

export const isCode = (path: string): boolean => /\.tsx?$/.test(path);

/** Tests and what only tests use. */
export const isTest = (path: string): boolean =>
  /\.(test|conformance)\.tsx?$/.test(path) ||
  /(^|\/)(src\/test|e2e|bench)\//.test(path) ||
  path.startsWith("packages/test-harness/");

export const countLines = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

/** A fault at each line of the file that the pattern matches. */
export const findLines = (
  file: SourceFile,
  pattern: RegExp,
  message: string,
): { readonly path: string; readonly line: number; readonly message: string }[] =>
  file.text
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [{ path: file.path, line: index + 1, message }] : []));

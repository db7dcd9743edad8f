import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the repository; `path` is relative to its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const repositoryRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What `.gitignore` names, and git's own folder: never read, never judged. */
const ignoredFolders = new Set([".git", "node_modules", "dist", "generated", ".turbo", ".cache", ".data", "coverage"]);

const binary = /\.(png|jpg|jpeg|gif|webp|ico|woff2?|wasm|zip|gz)$/;

/** Every text file below `root`, in the order of their paths. Needs no git, so that it works on a copy as well. */
export const readSourceTree = async (root: string): Promise<readonly SourceFile[]> => {
  const paths = await listFiles(root);
  const wanted = paths.filter((path) => !binary.test(path)).sort();
  return Promise.all(
    wanted.map(async (path) => ({
      path: relative(root, path).replaceAll("\\", "/"),
      text: await readFile(path, "utf8"),
    })),
  );
};

const listFiles = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    if (entry.isDirectory()) return ignoredFolders.has(entry.name) ? [] : listFiles(join(folder, entry.name));
    return entry.isFile() && !entry.name.endsWith(".tsbuildinfo") ? [join(folder, entry.name)] : [];
  });
  return (await Promise.all(lists)).flat();
};

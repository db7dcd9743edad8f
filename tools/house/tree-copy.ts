import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** A copy of the repository that faults can be planted in. */
export interface TreeCopy {
  readonly root: string;
  /** Writes files over the copy; a path is relative to its root. */
  plant(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs one of the repository's own tools there. */
  run(tool: string, options: readonly string[]): Promise<ToolResult>;
  remove(): Promise<void>;
}

export interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
}

const left = new Set([".git", "dist", ".turbo", ".cache", ".data", "coverage"]);

/**
 * Copies everything but history and build results. The root's `node_modules` is linked; those of the workspaces hold
 * nothing but relative links, which are copied as they are, so that a workspace of the copy finds the others of the copy.
 */
export const copyTree = async (from: string): Promise<TreeCopy> => {
  const root = await mkdtemp(join(tmpdir(), "roundtrip-guards-"));
  const dependencies = join(from, "node_modules");
  await cp(from, root, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path === from || (path !== dependencies && !left.has(basename(path))),
  });
  await symlink(dependencies, join(root, "node_modules"));
  return {
    root,
    plant: (files) => plant(root, files),
    run: (tool, options) => run(root, tool, options),
    remove: () => rm(root, { recursive: true, force: true }),
  };
};

const plant = async (root: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
};

const run = (root: string, tool: string, options: readonly string[]): Promise<ToolResult> =>
  new Promise((resolve, reject) => {
    const program = join(root, "node_modules", ".bin", tool);
    // Neither colours nor telemetry: the output is read by a test.
    const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", TURBO_TELEMETRY_DISABLED: "1" };
    execFile(program, options, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === "number") resolve({ exitCode, output: `${stdout}\n${stderr}` });
      else reject(error);
    });
  });

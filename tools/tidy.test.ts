import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "./house/fault.ts";
import { readSourceTree, repositoryRoot, type SourceFile } from "./house/source-tree.ts";
import { judge, tidyRules } from "./house/tidy.rules.ts";

let files: readonly SourceFile[];
let faults: readonly Fault[];

beforeAll(async () => {
  files = await readSourceTree(repositoryRoot);
  faults = judge(files);
});

const say = (fault: Fault): string => `${fault.path}${fault.line === null ? "" : `:${fault.line}`}: ${fault.message}`;

describe("the tree", () => {
  it("is read at all: a check that looks at nothing would be green", () => {
    const paths = files.map((file) => file.path);
    expect(paths).toContain("tools/tidy.test.ts");
    expect(paths).toContain("packages/contracts/src/operation.ts");
    expect(paths.filter((path) => path.endsWith(".ts")).length).toBeGreaterThan(100);
    expect(paths.filter((path) => path.includes("node_modules") || path.includes("generated"))).toEqual([]);
  });
});

describe("STYLE.md holds", () => {
  for (const rule of Object.keys(tidyRules)) {
    it(rule, () => {
      expect(faults.filter((fault) => fault.rule === rule).map(say)).toEqual([]);
    });
  }
});

describe("the test command", () => {
  it("runs every test file, in one project each", async () => {
    const vitest = join(repositoryRoot, "node_modules", ".bin", "vitest");
    const { stdout } = await promisify(execFile)(vitest, ["list", "--filesOnly", "--json"], { cwd: repositoryRoot });
    const listed: readonly { readonly file: string }[] = JSON.parse(stdout);
    const tests = files.filter((file) => /\.test\.tsx?$/.test(file.path));
    expect(listed.map(({ file }) => relative(repositoryRoot, file)).sort()).toEqual(tests.map((file) => file.path));
  });
});

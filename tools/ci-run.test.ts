import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "./deploy/run-program.ts";
import { repositoryRoot } from "./house/source-tree.ts";

// `.ci/run` in a folder of its own, with an npx that ends as it is told and leaves the report that it is told.
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roundtrip-ci-"));
  for (const name of [".ci", "bin", ".cache"]) await mkdir(join(folder, name));
  await copyFile(join(repositoryRoot, ".ci/run"), join(folder, ".ci/run"));
  const npx =
    '#!/bin/sh\n[ -f report.json ] && cp report.json .cache/test-results.json\necho "npx $*"\nexit "$NPX_STATUS"\n';
  await writeFile(join(folder, "bin", "npx"), npx, { mode: 0o755 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ending {
  readonly status: number;
  readonly report: {
    readonly passed: number;
    readonly files: readonly (readonly ("passed" | "failed")[] | "broken")[];
  } | null;
}

const run = async ({ status, report }: Ending): Promise<{ readonly exitCode: number; readonly last: string }> => {
  await rm(join(folder, "report.json"), { force: true });
  // What an earlier run has left must not be counted.
  await writeFile(join(folder, ".cache/test-results.json"), JSON.stringify({ numPassedTests: 999 }));
  if (report) await writeFile(join(folder, "report.json"), JSON.stringify(writeReport(report)));
  const env = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}`, NPX_STATUS: String(status) };
  const { exitCode, output } = await runProgram(["bash", join(folder, ".ci/run")], env);
  expect(output).toContain("npx -y pnpm@12 test");
  return { exitCode, last: output.trim().split("\n").at(-1) ?? "" };
};

const writeReport = ({ passed, files }: NonNullable<Ending["report"]>) => ({
  numPassedTests: passed,
  numFailedTests: files.flat().filter((one) => one === "failed").length,
  testResults: files.map((tests) => ({
    status: tests === "broken" || tests.includes("failed") ? "failed" : "passed",
    assertionResults: tests === "broken" ? [] : tests.map((one) => ({ status: one })),
  })),
});

describe(".ci/run", () => {
  it("ends well when everything passed", async () => {
    const report = { passed: 3, files: [["passed", "passed"], ["passed"]] } as const;
    expect(await run({ status: 0, report })).toEqual({ exitCode: 0, last: "3 passed, 0 failed" });
  });

  it("counts tests that failed and files that could not be loaded", async () => {
    const report = { passed: 1, files: [["passed", "failed"], "broken", ["failed"]] } as const;
    expect(await run({ status: 1, report })).toEqual({ exitCode: 1, last: "1 passed, 3 failed" });
  });

  it("counts a build or a check that failed as one, and nothing of an earlier run", async () => {
    expect(await run({ status: 2, report: null })).toEqual({ exitCode: 1, last: "0 passed, 1 failed" });
  });

  it("counts a failure that belongs to no test, such as a rejection that nobody caught", async () => {
    const report = { passed: 2, files: [["passed", "passed"]] } as const;
    expect(await run({ status: 1, report })).toEqual({ exitCode: 1, last: "2 passed, 1 failed" });
  });

  it("does not pass when no test ran at all", async () => {
    expect(await run({ status: 0, report: null })).toEqual({ exitCode: 1, last: "0 passed, 1 failed" });
  });
});

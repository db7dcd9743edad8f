import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchDebianProgram } from "./fetch-debian-program.ts";
import { fetchReleasedProgram, type Release } from "./fetch-released-program.ts";
import { isExecutable } from "./find-executable.ts";

/** A server program that comes from no package manager of ours, and every place it may be had from. */
export interface Program {
  readonly name: string;
  /** Environment variable that names the executable. When it is set, nothing else is tried. */
  readonly variable: string;
  readonly debianPackage: string;
  /** The official release for this machine, or null where none is published. */
  readonly release: Release | null;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Fetched programs live here, one file each; kept out of version control. */
  readonly cacheFolder: string;
}

/** Where Debian puts servers; a person's own `PATH` often leaves these out. */
const serverFolders = ["/usr/local/sbin", "/usr/sbin"];
const repositoryCache = fileURLToPath(new URL("../../../.cache", import.meta.url));

/**
 * The path of the program: the variable, else `PATH`, else `.cache/`, else fetched into `.cache/` from the
 * distribution's packages or from the official release. Nothing is installed and no root is needed.
 *
 * Several processes may call this at once: each fetches into a folder of its own and renames the finished file into
 * place, so that a reader sees either no file or a whole one.
 *
 * @throws Error that says what to do when the program cannot be had.
 */
export const findProgram = async (
  program: Program,
  // The one place of the test harness that reads the environment: the variable is how a person points at a program.
  surroundings: Surroundings = { environment: process.env, cacheFolder: repositoryCache },
): Promise<string> => {
  const { environment, cacheFolder } = surroundings;
  const named = environment[program.variable];
  if (named !== undefined && named !== "") {
    if (await isExecutable(named)) return named;
    throw new Error(`${program.variable} names ${named}, which is not an executable file`);
  }
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const cached = join(cacheFolder, program.name);
  for (const candidate of [...[...folders, ...serverFolders].map((folder) => join(folder, program.name)), cached]) {
    if (await isExecutable(candidate)) return candidate;
  }
  await mkdir(cacheFolder, { recursive: true });
  const workFolder = await mkdtemp(join(cacheFolder, "fetch-"));
  try {
    await rename(await fetchProgram(program, workFolder, environment), cached);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  return cached;
};

const fetchProgram = async (
  program: Program,
  workFolder: string,
  environment: Surroundings["environment"],
): Promise<string> => {
  const refusals: string[] = [];
  for (const fetchFrom of [
    () => fetchDebianProgram(program.name, program.debianPackage, { workFolder, environment }),
    () => fetchReleasedProgram(program.name, program.release, workFolder),
  ]) {
    try {
      return await fetchFrom();
    } catch (error) {
      refusals.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(
    [
      `${program.name} is needed and cannot be had. Do one of these:`,
      `- install it (Debian, Ubuntu: apt-get install ${program.debianPackage}; macOS: brew install ${program.name});`,
      `- set ${program.variable} to the path of the executable;`,
      `- put the executable into .cache/${program.name} at the root of the repository.`,
      "What was tried:",
      ...refusals.map((refusal) => `- ${refusal}`),
    ].join("\n"),
  );
};

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { getExecutable } from "./find-executable.ts";

const run = promisify(execFile);
const downloadTimeoutMs = 120_000;

/** One archive of an official release. */
export interface Release {
  /** Folder of the release, without a slash at the end. */
  readonly baseUrl: string;
  /** A `.tar.gz`. */
  readonly archive: string;
  /** Lines of `<digest in hex>  <file name>`. SHA-256 or SHA-512, told apart by length. */
  readonly checksums: string;
}

/** @returns the path of the executable inside `workFolder`; its archive has the digest that the release publishes. */
export const fetchReleasedProgram = async (
  name: string,
  release: Release | null,
  workFolder: string,
): Promise<string> => {
  if (release === null) throw new Error(`no release of ${name} for ${process.platform}/${process.arch}`);
  const published = (await download(`${release.baseUrl}/${release.checksums}`)).toString("utf8");
  const digest = published
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .find(([, file]) => file === release.archive)?.[0];
  if (digest === undefined) throw new Error(`${release.checksums} does not name ${release.archive}`);
  const archive = await download(`${release.baseUrl}/${release.archive}`);
  const actual = createHash(digest.length === 128 ? "sha512" : "sha256")
    .update(archive)
    .digest("hex");
  if (actual !== digest) throw new Error(`${release.archive} has the digest ${actual}, the release says ${digest}`);
  const archivePath = join(workFolder, "release.tar.gz");
  await writeFile(archivePath, archive);
  const content = join(workFolder, "release");
  await mkdir(content);
  await run("tar", ["-xzf", archivePath, "-C", content]);
  return getExecutable(content, name);
};

const download = async (url: string): Promise<Buffer> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    // fetch itself says no more than "fetch failed"; a person needs to know what could not be reached.
    throw new Error(`${url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
};

import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { getExecutable } from "./find-executable.ts";

const run = promisify(execFile);
const commandTimeoutMs = 180_000;

interface Place {
  readonly workFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Takes an executable out of a Debian package with apt lists, cache and state of its own in `workFolder`, so that it
 * needs no root and changes nothing on the machine. apt checks the archive's signatures.
 *
 * @returns the path of the executable inside `workFolder`.
 */
export const fetchDebianProgram = async (name: string, debianPackage: string, place: Place): Promise<string> => {
  const { workFolder } = place;
  for (const folder of ["lists/partial", "cache/archives/partial", "state", "package", "content"]) {
    await mkdir(join(workFolder, folder), { recursive: true });
  }
  const status = join(workFolder, "state", "status");
  await writeFile(status, "");
  const settings = [
    `Dir::State=${join(workFolder, "state")}`,
    `Dir::State::Lists=${join(workFolder, "lists")}`,
    `Dir::State::status=${status}`,
    `Dir::Cache=${join(workFolder, "cache")}`,
    // As root apt would hand the download to a user who cannot write here.
    ...(process.getuid?.() === 0 ? ["APT::Sandbox::User=root"] : []),
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    "Acquire::https::Timeout=20",
  ].flatMap((setting) => ["-o", setting]);
  const downloads = join(workFolder, "package");
  const options = { cwd: downloads, env: { ...place.environment }, timeout: commandTimeoutMs };
  await run("apt-get", [...settings, "-q", "update"], options);
  await run("apt-get", [...settings, "-q", "download", debianPackage], options);
  const [archive] = await readdir(downloads);
  if (archive === undefined) throw new Error(`apt-get download brought no ${debianPackage}`);
  const content = join(workFolder, "content");
  await run("dpkg", ["-x", join(downloads, archive), content], options);
  return getExecutable(content, name);
};

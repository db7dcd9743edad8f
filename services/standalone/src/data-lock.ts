import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "./local-postgres.ts";

/** Two standalone processes on one folder would stop each other's database. Throws when another one is running. */
export const lockDataDir = async (dataDir: string): Promise<() => Promise<void>> => {
  const file = join(dataDir, "standalone.pid");
  const owner = Number(await readFile(file, "utf8").catch(() => ""));
  if (owner > 1 && owner !== process.pid && (await isStandalone(owner))) {
    throw new Error(`another Roundtrip (process ${owner}) is running on ${dataDir}; stop it or set DATA_DIR`);
  }
  await writeFile(file, String(process.pid));
  return () => rm(file, { force: true });
};

const isStandalone = async (pid: number): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "node");
  return commandLine.includes("node");
};

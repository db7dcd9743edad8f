import { constants, mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type LocalPostgres, startLocalPostgres } from "@roundtrip/local-postgres/local-postgres";

/**
 * The embedded Postgres with its data in `DATA_DIR/postgres`. A server that a killed standalone left behind is stopped
 * first; its data is recovered by Postgres itself.
 */
export const openLocalPostgres = async (dataDir: string, password: string): Promise<LocalPostgres> => {
  const folder = join(dataDir, "postgres");
  await mkdir(folder, { recursive: true });
  await refuseUnreachableFolder(folder);
  await stopLeftBehind(folder);
  return startLocalPostgres({ folder, password, settings: ["max_connections=120"] });
};

/** Started by root, Postgres runs as the account `postgres`, which must be able to reach the folder. */
const refuseUnreachableFolder = async (folder: string): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  for (let path = dirname(folder); path !== dirname(path); path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & constants.S_IXOTH) === 0) {
      throw new Error(
        `Postgres does not run as root, and its own account cannot reach ${path}; set DATA_DIR to another folder`,
      );
    }
  }
};

/** `postmaster.pid`: its first line is the process. */
const stopLeftBehind = async (folder: string): Promise<void> => {
  const text = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n", 1)[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !(await isPostgresOf(pid, folder))) return;
  process.kill(pid, "SIGINT");
  for (let waitedMs = 0; waitedMs < 10_000 && isAlive(pid); waitedMs += 50) await sleep(50);
};

/** The number may belong to somebody else by now: only a process that names our folder is ours. */
const isPostgresOf = async (pid: number, folder: string): Promise<boolean> => {
  if (!isAlive(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  return commandLine === null ? process.platform !== "linux" : commandLine.includes(folder);
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

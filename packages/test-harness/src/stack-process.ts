import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface StackProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Answers 2xx when the process is ready. */
  readonly readyUrl: string;
  readonly logFile: string;
}

const readyWithinMs = 30_000;
const restartWaitMs = 200;

/** One process of the stack. It is started again when it ends, as compose's `restart: unless-stopped` would. */
export class StackProcess {
  readonly name: string;
  /** How often it has been started again. */
  restarts = 0;
  readonly #options: StackProcessOptions;
  #child: ChildProcess | null = null;
  #isStopping = false;

  constructor(options: StackProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    await this.#spawn();
    await this.waitUntilReady();
  }

  async waitUntilReady(): Promise<void> {
    const until = Date.now() + readyWithinMs;
    while (!(await isAnswering(this.#options.readyUrl))) {
      if (Date.now() > until)
        throw new Error(`${this.name} is not ready after ${readyWithinMs} ms:\n${await this.#readLogTail()}`);
      await sleep(50);
    }
  }

  /** kill -9: no goodbye. The process is started again right away. */
  async kill9(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 26_000);
    await exited;
    clearTimeout(timer);
  }

  async #readLogTail(): Promise<string> {
    const lines = (await readFile(this.#options.logFile, "utf8")).trim().split("\n");
    return lines
      .slice(-8)
      .map((line) => line.slice(0, 600))
      .join("\n");
  }

  async #spawn(): Promise<void> {
    const log = await open(this.#options.logFile, "a");
    const child = spawn(this.#options.command, this.#options.args, {
      stdio: ["ignore", log.fd, log.fd],
      env: this.#options.env,
    });
    await log.close();
    this.#child = child;
    const killOnExit = () => child.kill("SIGKILL");
    process.once("exit", killOnExit);
    child.once("exit", () => {
      process.off("exit", killOnExit);
      this.#child = null;
      if (!this.#isStopping) setTimeout(() => this.#restart(), restartWaitMs);
    });
  }

  #restart(): void {
    if (this.#isStopping) return;
    this.restarts += 1;
    // A spawn that fails leaves the stack without this process; `waitUntilReady` is where that is noticed.
    this.#spawn().catch((error: unknown) => process.stderr.write(`${this.name}: ${String(error)}\n`));
  }
}

const isAnswering = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );

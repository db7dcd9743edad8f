import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findNatsServer } from "./find-nats-server.ts";

export interface NatsServerProcess {
  /** `nats://127.0.0.1:<port>`; the same for the life of this value, restarts included. */
  readonly url: string;
  readonly port: number;
  /** Of the running server, or null. */
  readonly pid: number | null;
  /** Starts the server that was stopped. Resolves when it answers. */
  start(): Promise<void>;
  /** Lets it write its state and exit. */
  stop(): Promise<void>;
  kill9(): Promise<void>;
  /** kill -9 and start with the same store. */
  restart(): Promise<void>;
  /** kill -9, `rm -rf` of the store, start. */
  loseDisk(): Promise<void>;
  /** Stops it and removes everything it wrote. */
  close(): Promise<void>;
}

export interface NatsServerOptions {
  /** More lines of nats-server configuration, for example `authorization { ... }`. */
  readonly configuration?: string;
}

const startTimeoutMs = 10_000;
const portAttemptsMax = 20;

/**
 * A private nats-server with JetStream on a free loopback port, its store in a temporary folder. It dies with this
 * process unless this process is killed with -9.
 */
export const startNatsServer = async (options: NatsServerOptions = {}): Promise<NatsServerProcess> => {
  const program = await findNatsServer();
  const folder = await mkdtemp(join(tmpdir(), "roundtrip-nats-"));
  for (let attempt = 1; ; attempt += 1) {
    const server = new PrivateNatsServer(program, folder, choosePort());
    try {
      await server.configure(options.configuration ?? "");
      await server.start();
      return server;
    } catch (error) {
      const isPortTaken = error instanceof Error && error.message.includes("address already in use");
      if (isPortTaken && attempt < portAttemptsMax) continue;
      await server.close();
      throw error;
    }
  }
};

/**
 * Below the range that systems hand to outgoing connections: a client that reconnects to a stopped server's port must
 * not be given that very port as its own, and nobody may take it while the server restarts.
 */
const choosePort = (): number => 10_000 + Math.floor(Math.random() * 20_000);

class PrivateNatsServer implements NatsServerProcess {
  readonly url: string;
  readonly port: number;
  readonly #program: string;
  readonly #folder: string;
  readonly #name = `roundtrip-${randomUUID()}`;
  #child: ChildProcess | null = null;
  readonly #killOnExit = () => this.#child?.kill("SIGKILL");

  constructor(program: string, folder: string, port: number) {
    this.#program = program;
    this.#folder = folder;
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get #storeFolder(): string {
    return join(this.#folder, "store");
  }

  get #configurationFile(): string {
    return join(this.#folder, "nats.conf");
  }

  get #logFile(): string {
    return join(this.#folder, "nats.log");
  }

  async configure(more: string): Promise<void> {
    const lines = [
      `server_name: ${this.#name}`,
      `listen: "127.0.0.1:${this.port}"`,
      `jetstream { store_dir: ${JSON.stringify(this.#storeFolder)} }`,
    ];
    await writeFile(this.#configurationFile, `${[...lines, more].join("\n")}\n`);
    await writeFile(this.#logFile, "");
  }

  async start(): Promise<void> {
    if (this.#child !== null) throw new Error("the server runs");
    const log = await open(this.#logFile, "a");
    const child = spawn(this.#program, ["--config", this.#configurationFile], { stdio: ["ignore", log.fd, log.fd] });
    await log.close();
    this.#child = child;
    process.once("exit", this.#killOnExit);
    const forget = () => {
      process.off("exit", this.#killOnExit);
      if (this.#child === child) this.#child = null;
    };
    child.once("exit", forget);
    child.once("error", (error) => {
      appendFileSync(this.#logFile, String(error));
      forget();
    });
    await this.#answers(child);
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  kill9(): Promise<void> {
    return this.#end("SIGKILL");
  }

  async restart(): Promise<void> {
    await this.kill9();
    await this.start();
  }

  async loseDisk(): Promise<void> {
    await this.kill9();
    await rm(this.#storeFolder, { recursive: true, force: true });
    await this.start();
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** The server opens its port after JetStream has read its store; its greeting says that it is there, and that it is ours. */
  async #answers(child: ChildProcess): Promise<void> {
    const until = Date.now() + startTimeoutMs;
    while ((await findServerName(this.port)) !== this.#name) {
      if (this.#child !== child || Date.now() > until) {
        await this.kill9();
        throw new Error(`nats-server did not start:\n${(await readFile(this.#logFile, "utf8")).slice(-2_000)}`);
      }
      await wait(20);
    }
  }
}

const greeting = /^INFO .*"server_name":"([^"]*)"/;

const findServerName = (port: number): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (name: string | null) => {
      socket.destroy();
      resolve(name);
    };
    socket.once("data", (data) => settle(greeting.exec(data.toString())?.[1] ?? null));
    socket.once("error", () => settle(null));
    socket.setTimeout(1_000, () => settle(null));
  });

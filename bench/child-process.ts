import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface BenchChild {
  readonly pid: number;
  readonly port: number;
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<void>;
}

/** Runs a file of this folder as a process of its own; it says its port over IPC when it listens. */
export const startChild = (file: string, env: Readonly<Record<string, string>>): Promise<BenchChild> =>
  new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", path], {
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const exited = new Promise<void>((done) => child.once("exit", () => done()));
    child.once("exit", () => reject(new Error(`${file} ended at its start`)));
    child.once("message", (message) => {
      if (typeof message !== "object" || message === null || !("port" in message) || child.pid === undefined) return;
      resolve({
        pid: child.pid,
        port: Number(message.port),
        send: (text) => void child.send(JSON.stringify(text)),
        onMessage: (listener) => void child.on("message", listener),
        stop: async () => {
          child.kill("SIGTERM");
          await exited;
        },
      });
    });
  });

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@roundtrip/local-postgres/free-port";
import { startLocalStack } from "@roundtrip/test-harness/local-stack";

/** A running Roundtrip, whichever way it runs. */
export interface System {
  readonly name: string;
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** The demo's portal, where there is one. */
  readonly portalUrl: string | null;
  stop(): Promise<void>;
}

const repository = fileURLToPath(new URL("../", import.meta.url));

export interface StandaloneSystem extends System {
  /** Everything it has written to its terminal, which is where its mails are. */
  said(): string;
}

/** What `pnpm start` runs after its build, on free ports with a data folder of its own. */
export const openStandalone = async (): Promise<StandaloneSystem> => {
  const dataDir = await mkdtemp(join(tmpdir(), "roundtrip-e2e-"));
  const [port, portalPort] = [await freePort(), await freePort()];
  const admin = { email: "owner@example.org", password: randomBytes(18).toString("base64url") };
  const child = spawn(process.execPath, [join(repository, "services/standalone/dist/main.js")], {
    env: {
      PATH: process.env["PATH"],
      PORT: String(port),
      PORTAL_PORT: String(portalPort),
      DATA_DIR: dataDir,
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const stop = async () => {
    await end(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await printsReady(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: "standalone",
    url: `http://localhost:${port}`,
    admin,
    portalUrl: `http://localhost:${portalPort}`,
    said: () => said,
    stop,
  };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
};

const printsReady = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("Roundtrip is ready") && said.includes("Stop with")) resolve(said);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", () => reject(new Error(`standalone ended at its start:\n${said}`)));
    setTimeout(() => reject(new Error(`standalone is not ready after 60 s:\n${said}`)), 60_000).unref();
  });

export const openStack = async (): Promise<System> => {
  const stack = await startLocalStack();
  return {
    name: "three processes, NATS and a gateway",
    url: stack.url,
    admin: stack.admin,
    portalUrl: null,
    stop: stack.stop,
  };
};

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { demoSlug } from "./demo-study.ts";
import type { DemoSecrets } from "./local-secrets.ts";

export interface PortalOptions {
  readonly url: string;
  readonly port: number;
  readonly host: string;
  readonly secrets: DemoSecrets;
}

/**
 * The demo's third party runs as a process of its own, with nothing of ours but the base URL and its own secrets: what it
 * does, any integrator can do.
 */
export const startClinicPortal = async (options: PortalOptions): Promise<{ stop(): Promise<void> }> => {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve("@roundtrip/clinic-portal/main"))], {
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      PORT: String(options.port),
      HOST: options.host,
      PUBLIC_URL: options.secrets.portalUrl,
      ROUNDTRIP_URL: options.url,
      SURVEY_SLUG: demoSlug,
      SURVEY_SECRET: options.secrets.surveySecret,
      API_KEY: options.secrets.apiKey,
      WEBHOOK_SECRET: options.secrets.webhookSecret,
      ROUNDTRIP_PARENT: String(process.pid),
    },
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await waitUntilListening(`http://127.0.0.1:${options.port}/`, exited);
  return {
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
};

const waitUntilListening = async (url: string, exited: Promise<void>): Promise<void> => {
  let gone = false;
  // Looked at below, between two attempts; an exit never rejects.
  void exited.then(() => {
    gone = true;
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (gone) throw new Error("the demo's portal ended at its start; is its port (PORTAL_PORT) taken?");
    const answered = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the demo's portal did not start within 5 s");
};

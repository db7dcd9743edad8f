import { createLogger } from "@roundtrip/service-runner/logger";
import { stopOnSignals } from "@roundtrip/service-runner/run-services";
import { startClinicPortal } from "./clinic-portal.ts";
import { readStandaloneConfig } from "./config.ts";
import { setUpDemoStudy } from "./demo-study.ts";
import { saveSecrets } from "./local-secrets.ts";
import { startStandalone } from "./standalone.ts";
import { describeStart } from "./start-message.ts";

const config = readStandaloneConfig(process.env);
const log = createLogger("roundtrip", config.LOG_LEVEL);
const standalone = await startStandalone(config, log);
const portalUrl = `http://localhost:${config.PORTAL_PORT}`;
let portal: { stop(): Promise<void> } | null = null;
let demo = standalone.secrets.demo;
if (config.DEMO) {
  if (demo?.portalUrl !== portalUrl) {
    const adminPassword = config.ADMIN_PASSWORD ?? standalone.secrets.adminPassword;
    demo = await setUpDemoStudy({ url: standalone.url, portalUrl, adminEmail: standalone.adminEmail, adminPassword });
    await saveSecrets(config.DATA_DIR, { ...standalone.secrets, demo });
  }
  portal = await startClinicPortal({ url: standalone.url, port: config.PORTAL_PORT, host: config.HOST, secrets: demo });
}
console.log(
  describeStart({ config, standalone, portalUrl: config.DEMO ? portalUrl : null, apiKey: demo?.apiKey ?? null }),
);
stopOnSignals({ stop: () => stopAll(portal, standalone) }, log);

async function stopAll(...running: readonly ({ stop(): Promise<void> } | null)[]): Promise<void> {
  for (const each of running) await each?.stop();
}

import { startClinicPortal } from "./clinic-portal.ts";
import type { StandaloneConfig } from "./config.ts";
import { setUpDemoStudy } from "./demo-study.ts";
import { type DemoSecrets, saveSecrets } from "./local-secrets.ts";
import type { Standalone } from "./standalone.ts";

export interface Demo {
  readonly portalUrl: string;
  readonly secrets: DemoSecrets;
  stop(): Promise<void>;
}

/** The study is set up once; a portal that moved to another port needs its addresses in the study again. */
export const startDemo = async (config: StandaloneConfig, standalone: Standalone): Promise<Demo> => {
  const portalUrl = `http://localhost:${config.PORTAL_PORT}`;
  const known = standalone.secrets.demo;
  const secrets = known?.portalUrl === portalUrl ? known : await setUp(config, standalone, portalUrl);
  const portal = await startClinicPortal({ url: standalone.url, port: config.PORTAL_PORT, host: config.HOST, secrets });
  return { portalUrl, secrets, stop: portal.stop };
};

const setUp = async (config: StandaloneConfig, standalone: Standalone, portalUrl: string): Promise<DemoSecrets> => {
  const adminPassword = config.ADMIN_PASSWORD ?? standalone.secrets.adminPassword;
  const demo = await setUpDemoStudy({
    url: standalone.url,
    portalUrl,
    adminEmail: standalone.adminEmail,
    adminPassword,
  });
  await saveSecrets(config.DATA_DIR, { ...standalone.secrets, demo });
  return demo;
};

import type { StandaloneConfig } from "./config.ts";
import type { Standalone } from "./standalone.ts";

interface Started {
  readonly config: StandaloneConfig;
  readonly standalone: Standalone;
  readonly portalUrl: string | null;
  readonly apiKey: string | null;
}

/** Where to click. The administrator's password is shown once, at the start that made it up. */
export const describeStart = ({ config, standalone, portalUrl, apiKey }: Started): string => {
  const isMadeUp = standalone.isFirstStart && config.ADMIN_PASSWORD === null;
  const password = isMadeUp ? `${standalone.secrets.adminPassword}   (shown this once)` : "(as set at the first start)";
  const lines = ["", "  Roundtrip is ready.", ""];
  if (portalUrl !== null) {
    lines.push(`  Try it          ${portalUrl}   a clinic that sends its patients into a survey and back`);
    lines.push(`  Every request   ${portalUrl}/requests`);
  }
  lines.push(`  API             ${standalone.url}   documents at ${standalone.url}/docs`);
  if (apiKey !== null) lines.push(`  Dev API key     ${apiKey}`);
  lines.push(`  Admin sign-in   ${standalone.adminEmail}   ${password}`);
  lines.push(
    "",
    `  Data is kept in ${config.DATA_DIR}; webhooks may go to this machine (loopback), as nowhere else.`,
    "  Stop with Ctrl+C.",
    "",
  );
  return lines.join("\n");
};

import type { StandaloneConfig } from "./config.ts";
import type { Demo } from "./demo.ts";
import type { Standalone } from "./standalone.ts";

interface Started {
  readonly config: StandaloneConfig;
  readonly standalone: Standalone;
  readonly demo: Demo | null;
}

/** Where to click. The administrator's password is shown once, at the start that made it up. */
export const describeStart = ({ config, standalone, demo }: Started): string => {
  const isMadeUp = standalone.isFirstStart && config.ADMIN_PASSWORD === null;
  const password = isMadeUp
    ? `${standalone.secrets.adminPassword}   (shown this once)`
    : "(password as set at the first start)";
  const lines = ["", "  Roundtrip is ready.", ""];
  if (demo !== null) {
    lines.push(`  Try it          ${demo.portalUrl}   a clinic that sends its patients into a survey and back`);
    lines.push(`  Every request   ${demo.portalUrl}/requests`);
  }
  lines.push(`  API             ${standalone.url}   documents at ${standalone.url}/docs`);
  if (demo !== null) lines.push(`  Dev API key     ${demo.secrets.apiKey}`);
  lines.push(`  Admin sign-in   ${standalone.adminEmail}   ${password}`, "");
  lines.push(`  Data is kept in ${config.DATA_DIR}. Webhooks may go to this machine (loopback).`);
  lines.push("  Stop with Ctrl+C.", "");
  return lines.join("\n");
};

import { parseConfig } from "@roundtrip/service-runner/config";
import { runProcess } from "@roundtrip/service-runner/run-process";
import { authSettings } from "./config.ts";
import { createAuthService } from "./service.ts";

const config = parseConfig(authSettings, process.env);
await runProcess("auth-service", config, (parts) => createAuthService(config, parts));

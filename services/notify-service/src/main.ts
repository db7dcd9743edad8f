import { parseConfig } from "@roundtrip/service-runner/config";
import { runProcess } from "@roundtrip/service-runner/run-process";
import { notifySettings } from "./config.ts";
import { createNotifyService } from "./service.ts";

const config = parseConfig(notifySettings, process.env);
await runProcess("notify-service", config, (parts) => createNotifyService(config, parts));

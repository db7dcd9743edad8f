import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createLogger } from "@roundtrip/service-runner/logger";
import { runServices, stopOnSignals } from "@roundtrip/service-runner/run-services";
import { notifySettings } from "./config.ts";
import { createNotifyService } from "./service.ts";

const config = parseConfig(notifySettings, process.env);
const log = createLogger("notify-service", config.LOG_LEVEL);
const bus = openNatsEventBus({
  name: "notify-service",
  servers: config.NATS_URL,
  log,
  ...(config.NATS_USER === null ? {} : { user: config.NATS_USER }),
  ...(config.NATS_PASSWORD === null ? {} : { password: config.NATS_PASSWORD }),
});
const running = await runServices({
  services: [await createNotifyService(config, { bus, log })],
  host: config.HOST,
  port: config.PORT,
  internalHost: config.INTERNAL_HOST,
  internalPort: config.INTERNAL_PORT,
  trustProxy: config.TRUST_PROXY,
  logger: log,
});
stopOnSignals({ stop: () => running.stop().then(() => bus.close()) }, log);

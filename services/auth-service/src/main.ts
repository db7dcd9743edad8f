import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createLogger } from "@roundtrip/service-runner/logger";
import { runServices, stopOnSignals } from "@roundtrip/service-runner/run-services";
import { authSettings } from "./config.ts";
import { createAuthService } from "./service.ts";

const config = parseConfig(authSettings, process.env);
const log = createLogger("auth-service", config.LOG_LEVEL);
const bus = openNatsEventBus({
  name: "auth-service",
  servers: config.NATS_URL,
  log,
  ...(config.NATS_USER === null ? {} : { user: config.NATS_USER }),
  ...(config.NATS_PASSWORD === null ? {} : { password: config.NATS_PASSWORD }),
});
const running = await runServices({
  services: [await createAuthService(config, { bus, log })],
  host: config.HOST,
  port: config.PORT,
  internalHost: config.INTERNAL_HOST,
  internalPort: config.INTERNAL_PORT,
  trustProxy: config.TRUST_PROXY,
  logger: log,
});
stopOnSignals({ stop: () => running.stop().then(() => bus.close()) }, log);

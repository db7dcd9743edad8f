import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import type { FastifyBaseLogger } from "fastify";
import type { commonSettings } from "./common-settings.ts";
import type { Config } from "./config.ts";
import { createLogger } from "./logger.ts";
import { runServices, stopOnSignals } from "./run-services.ts";
import type { Service } from "./service.ts";

export interface ProcessParts {
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
}

/** The whole of a service's `main.ts`: one service on NATS, until SIGTERM. */
export const runProcess = async (
  name: string,
  config: Config<typeof commonSettings>,
  createService: (parts: ProcessParts) => Promise<Service>,
): Promise<void> => {
  const log = createLogger(name, config.LOG_LEVEL);
  const bus = openNatsEventBus({
    name,
    servers: config.NATS_URL,
    replicas: config.NATS_REPLICAS,
    log,
    ...(config.NATS_USER === null ? {} : { user: config.NATS_USER }),
    ...(config.NATS_PASSWORD === null ? {} : { password: config.NATS_PASSWORD }),
  });
  const running = await runServices({
    services: [await createService({ bus, log })],
    host: config.HOST,
    port: config.PORT,
    internalHost: config.INTERNAL_HOST,
    internalPort: config.INTERNAL_PORT,
    trustProxy: config.TRUST_PROXY,
    logger: log,
  });
  const stop = async () => {
    await running.stop();
    await bus.close();
  };
  stopOnSignals({ stop }, log);
};

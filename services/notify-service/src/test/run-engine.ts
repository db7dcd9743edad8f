import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { parseConfig } from "@roundtrip/service-runner/config";
import { createLogger } from "@roundtrip/service-runner/logger";
import { superviseWorkers } from "@roundtrip/service-runner/supervise";
import { notifySettings } from "../config.ts";
import { createNotifyService } from "../service.ts";

/**
 * A replica in a process of its own, for tests that kill it. It only delivers: events come by way of the database.
 * Settings come as JSON in the first argument.
 */
const log = createLogger("notify-service", "error");
const config = parseConfig(notifySettings, JSON.parse(process.argv[2] ?? "{}"));
const callers = {
  keySet: { findPem: async () => null, findJwk: async () => null, reload: async () => undefined },
  verifyCredential: async () => null,
  isEnded: () => false,
};
const service = await createNotifyService(config, { bus: createInProcessEventBus(), log, callers });
superviseWorkers(
  service.workers.filter((worker) => worker.name === "notify-service-deliver"),
  log,
);

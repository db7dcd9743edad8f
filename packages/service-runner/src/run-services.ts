import type { AddressInfo } from "node:net";
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";
import { createHttpServer } from "./http-server.ts";
import type { ReadinessCheck, Service } from "./service.ts";
import { superviseWorkers } from "./supervise.ts";

export interface RunOptions {
  readonly services: readonly Service[];
  readonly host: string;
  readonly port: number;
  /** Health and metrics listen here, apart from what the gateway can reach. `null` for none (standalone). */
  readonly internalPort: number | null;
  readonly internalHost: string;
  readonly trustProxy: readonly string[];
  readonly logger: FastifyBaseLogger;
}

export interface RunningServices {
  readonly port: number;
  readonly internalPort: number | null;
  /** Stops taking requests, lets those in flight finish, stops the workers, closes the services last-in-first-out. */
  stop(): Promise<void>;
}

const drainMsMax = 25_000;

export const runServices = async (options: RunOptions): Promise<RunningServices> => {
  const app = createHttpServer({ logger: options.logger, trustProxy: options.trustProxy });
  for (const service of options.services) await app.register(service.http);
  const workers = superviseWorkers(
    options.services.flatMap((service) => service.workers),
    options.logger,
  );
  let draining = false;
  const internal = createInternalServer(
    options.services.flatMap((service) => service.readiness),
    () => (draining ? ["draining"] : workers.failing()),
  );
  await app.listen({ host: options.host, port: options.port });
  if (options.internalPort !== null) await internal.listen({ host: options.internalHost, port: options.internalPort });
  return {
    port: portOf(app),
    internalPort: options.internalPort === null ? null : portOf(internal),
    stop: async () => {
      draining = true;
      await closeHttp(app);
      await workers.stop();
      for (const service of [...options.services].reverse()) await service.close();
      await internal.close();
    },
  };
};

const portOf = (app: FastifyInstance): number => {
  // A TCP server's address is an AddressInfo; only pipes answer with a string.
  return (app.server.address() as AddressInfo).port;
};

/** A connection kept alive turns idle only after its last answer, when Fastify has long swept; sweep until none is left. */
const closeHttp = async (app: FastifyInstance): Promise<void> => {
  const sweeping = setInterval(() => app.server.closeIdleConnections(), 50);
  try {
    await app.close();
  } finally {
    clearInterval(sweeping);
  }
};

/** `/health/live`, `/health/ready` (says which dependency is down) and `/metrics`. */
const createInternalServer = (checks: readonly ReadinessCheck[], faults: () => readonly string[]): FastifyInstance => {
  const app = Fastify({ logger: false });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  app.get("/health/live", async () => ({ status: "ok" }));
  app.get("/health/ready", async (_request, reply) => {
    const results = await Promise.all(checks.map(async (item) => [item.name, await isUp(item)] as const));
    const failing = faults();
    const ready = failing.length === 0 && results.every(([, up]) => up);
    return reply.code(ready ? 200 : 503).send({
      status: ready ? "ready" : "unready",
      dependencies: Object.fromEntries(results.map(([name, up]) => [name, up ? "up" : "down"])),
      failing,
    });
  });
  app.get("/metrics", async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  return app;
};

const isUp = async (item: ReadinessCheck): Promise<boolean> => {
  try {
    await item.check();
    return true;
  } catch {
    return false;
  }
};

/** Runs until SIGTERM or SIGINT, then drains within 25 s; a second signal, or a drain that hangs, ends the process. */
export const stopOnSignals = (running: { stop(): Promise<void> }, log: FastifyBaseLogger): void => {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, "draining");
    setTimeout(() => process.exit(1), drainMsMax).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "the drain failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
};

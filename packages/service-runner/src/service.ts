import type { FastifyPluginAsync } from "fastify";

/** A loop that runs until its signal aborts, at its own pace. A throw is logged and the loop is started again. */
export interface Worker {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** One thing a service cannot work without. `check` throws when it is away. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

/**
 * A bounded context as a value: the same one runs alone, in standalone and in tests.
 * `open` connects and subscribes; `close` gives everything back, after HTTP and workers have stopped.
 */
export interface Service {
  readonly name: string;
  readonly http: FastifyPluginAsync;
  readonly workers: readonly Worker[];
  readonly readiness: readonly ReadinessCheck[];
  close(): Promise<void>;
}

import { Pool } from "undici";

export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

export interface LoadOptions {
  readonly origin: string;
  readonly connections: number;
  readonly durationMs: number;
  readonly requestsMax: number;
  readonly nextRequest: (index: number) => LoadRequest;
}

/**
 * Closed loop on loopback: each connection sends its next request when the last one is answered. Ends by itself after the
 * duration or the greatest number of requests, whichever comes first.
 */
export const runClosedLoop = async (options: LoadOptions): Promise<LoadResult> => {
  refuseForeignHost(options.origin);
  const pool = new Pool(options.origin, { connections: options.connections, pipelining: 1 });
  const durationsMs: number[] = [];
  let index = 0;
  let failures = 0;
  const startedAt = performance.now();
  const until = startedAt + options.durationMs;
  const walk = async () => {
    while (performance.now() < until && index < options.requestsMax) {
      const request = options.nextRequest(index);
      index += 1;
      const sentAt = performance.now();
      const answer = await pool.request(request);
      await answer.body.dump();
      durationsMs.push(performance.now() - sentAt);
      if (answer.statusCode >= 300) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: options.connections }, walk));
  const elapsedMs = performance.now() - startedAt;
  await pool.close();
  durationsMs.sort((a, b) => a - b);
  return {
    requests: durationsMs.length,
    perSecond: (durationsMs.length / elapsedMs) * 1_000,
    p50Ms: quantile(durationsMs, 0.5),
    p99Ms: quantile(durationsMs, 0.99),
    failures,
  };
};

const refuseForeignHost = (origin: string): void => {
  if (!["127.0.0.1", "localhost", "[::1]"].includes(new URL(origin).hostname))
    throw new Error(`load goes to loopback only, not ${origin}`);
};

/** Of sorted values; nearest rank. */
const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

import { type buildConnector, Pool } from "undici";

/** Connections kept for webhooks, one pool each: two customers at one provider do not wait for each other's slots. */
export interface WebhookPools {
  poolFor(webhookId: string, origin: string): Pool;
  close(): Promise<void>;
}

/** As many as a webhook may have in flight at most. */
const connectionsMax = 8;
const keepAliveMs = 30_000;
const idleMs = 60_000;
const poolsMax = 2_000;
const sweepMs = 10_000;

interface Entry {
  readonly origin: string;
  readonly pool: Pool;
  usedAt: number;
}

export const createWebhookPools = (connect: buildConnector.connector): WebhookPools => {
  const entries = new Map<string, Entry>();
  const closing = new Set<Promise<void>>();
  const drop = (webhookId: string, { pool }: Entry) => {
    entries.delete(webhookId);
    // Requests in flight end in their own time.
    const closed = pool.close().finally(() => closing.delete(closed));
    closing.add(closed);
  };
  const sweep = setInterval(() => {
    for (const [webhookId, entry] of entries) if (entry.usedAt < Date.now() - idleMs) drop(webhookId, entry);
  }, sweepMs);
  sweep.unref();
  return {
    poolFor: (webhookId, origin) => {
      const known = entries.get(webhookId);
      if (known?.origin === origin) {
        known.usedAt = Date.now();
        // Moved to the end: the first entry is the one that was not used for the longest time.
        entries.delete(webhookId);
        entries.set(webhookId, known);
        return known.pool;
      }
      if (known) drop(webhookId, known);
      const [oldest] = entries;
      if (entries.size >= poolsMax && oldest) drop(...oldest);
      const pool = new Pool(origin, {
        connect,
        connections: connectionsMax,
        pipelining: 1,
        keepAliveTimeout: keepAliveMs,
        // The channel's deadline covers connecting, headers and body together.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      entries.set(webhookId, { origin, pool, usedAt: Date.now() });
      return pool;
    },
    close: async () => {
      clearInterval(sweep);
      await Promise.all([...[...entries.values()].map(({ pool }) => pool.destroy()), ...closing]);
    },
  };
};

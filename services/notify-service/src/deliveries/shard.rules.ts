/** Fixed for ever: rows carry their shard. Enough for 64 engines. */
export const shardCount = 64;

/** UUIDs are random at their end, in every version. */
export const shardOf = (webhookId: string): number => Number.parseInt(webhookId.slice(-4), 16) % shardCount;

/** What one engine may own at most when `engines` are alive: 64, 32, 22, 16, ... The last one gets the remainder. */
export const fairShare = (engines: number): number => Math.ceil(shardCount / Math.max(1, engines));

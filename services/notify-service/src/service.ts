import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { askAuthService, type CallerSources } from "@roundtrip/access-token/ask-auth-service";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { migrate } from "@roundtrip/migrations/migrate";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import type { Service } from "@roundtrip/service-runner/service";
import type { FastifyBaseLogger } from "fastify";
import type { NotifyConfig } from "./config.ts";
import { createDeliverer } from "./deliveries/deliver.worker.ts";
import type { NotifyDeps } from "./deps.ts";
import { createFullBodyFinder } from "./events/find-full-body.ts";
import { onPublicEvent } from "./events/on-public-event.handler.ts";
import { requestSubmissions } from "./events/request-submissions.ts";
import { notifyHttpPlugin } from "./http/notify-http.plugin.ts";
import { keepPartitions } from "./retention/keep-partitions.ts";
import { keepPartitionsWorker } from "./retention/keep-partitions.worker.ts";
import { createAddressGuard } from "./sending/address-guard.ts";
import { createHostAddresses } from "./sending/host-addresses.ts";
import { createWebhookChannel } from "./sending/webhook.channel.ts";
import { openNotifyDb } from "./store/notify-db.ts";

export interface NotifyServiceDeps {
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
  /** Who knows access tokens and API keys. Left out, auth-service is asked over the bus. */
  readonly callers?: CallerSources;
}

/** Webhooks and their delivery as a value: runs alone, in standalone and in tests. */
export const createNotifyService = async (config: NotifyConfig, given: NotifyServiceDeps): Promise<Service> => {
  const { bus, log } = given;
  if (config.MIGRATE_AT_START)
    await migrate({ url: config.DATABASE_URL, directory: config.PRISMA_DIR ?? repositoryPath("prisma/notify") });
  const { db, prisma, close } = openNotifyDb({
    url: config.DATABASE_URL,
    poolSizeMax: config.DATABASE_POOL_SIZE,
    // Not the error itself: the driver hangs the whole connection on it.
    onIdleError: (error) => log.warn({ reason: error.message }, "an idle database connection was lost"),
  });
  const callers = given.callers ? { ...given.callers, close: async () => undefined } : await askAuthService(bus, log);
  const vetting = { guard: createAddressGuard(config.ALLOW_PRIVATE_CIDRS), hosts: createHostAddresses() };
  const deps: NotifyDeps = { db, prisma, bus, keyring: openKeyring(config.MASTER_KEY), log, vetting };
  const channel = createWebhookChannel(vetting);
  const deliverer = createDeliverer({
    ...deps,
    sender: channel,
    findFullBody: createFullBodyFinder({ db, findSubmissions: requestSubmissions(bus) }),
    retryScale: config.RETRY_SCALE,
    instanceId: config.INSTANCE_ID ?? randomUUID(),
    leaseMs: config.SHARD_LEASE_MS,
  });
  const partitions = { db, log, retentionDays: config.RETENTION_DAYS };
  // Before the first row comes, if the database is there; the worker goes on from here.
  await keepPartitions({ ...partitions, now: new Date() }).catch((error: unknown) =>
    log.warn({ err: error }, "partitions are made later"),
  );
  return {
    name: "notify-service",
    http: notifyHttpPlugin(deps, { ...callers, issuer: config.PUBLIC_URL.replace(/\/+$/, "") }),
    workers: [
      onPublicEvent({ ...deps, handOver: deliverer.handOver }),
      deliverer.worker,
      keepPartitionsWorker(partitions),
    ],
    readiness: [
      { name: "database", check: () => db.check() },
      { name: "bus", check: () => bus.check() },
    ],
    close: async () => {
      await callers.close();
      await channel.close();
      await close();
    },
  };
};

/** `src/` and `dist/` lie equally deep in the repository. */
const repositoryPath = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

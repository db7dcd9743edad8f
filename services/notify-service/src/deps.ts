import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { FastifyBaseLogger } from "fastify";
import type { Vetting } from "./sending/guarded-connector.ts";
import type { Prisma } from "./store/notify-db.ts";

/** What the routes, use cases and workers of this service are made from. Each asks for the part it needs. */
export interface NotifyDeps {
  readonly db: Database;
  /** Plain reads and writes, on the same pool as `db`. */
  readonly prisma: Prisma;
  readonly bus: EventBus;
  readonly keyring: Keyring;
  readonly log: FastifyBaseLogger;
  /** Where webhooks may lead; the same for saving and for sending. */
  readonly vetting: Vetting;
}

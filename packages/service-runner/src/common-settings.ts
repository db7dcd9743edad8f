import { flag, integer, list, optionalText, text } from "./config.ts";

/** What every service needs to run as a process of its own. A service spreads these into its own settings. */
export const commonSettings = {
  HOST: text("address to listen on", { default: "127.0.0.1" }),
  PORT: integer("port to listen on", { min: 0, max: 65_535 }),
  INTERNAL_HOST: text("address of health and metrics, not reachable from outside", { default: "127.0.0.1" }),
  INTERNAL_PORT: integer("port of health and metrics", { min: 0, max: 65_535 }),
  PUBLIC_URL: text("the one origin that the world sees, without a trailing slash"),
  DATABASE_URL: text("this service's own database", { secret: true }),
  DATABASE_POOL_SIZE: integer("database connections at most", { min: 2, max: 200, default: 10 }),
  MIGRATE_AT_START: flag("apply pending migrations at the start", { default: true }),
  PRISMA_DIR: optionalText("folder with schema.prisma and migrations; by default the repository's"),
  NATS_URL: list("NATS servers, comma separated"),
  NATS_USER: optionalText("this service's NATS user"),
  NATS_PASSWORD: optionalText("its password", { secret: true }),
  NATS_REPLICAS: integer("copies of the event stream; 3 on a cluster", { min: 1, max: 5, default: 1 }),
  MASTER_KEY: text("`<version>:<base64 of 32 bytes>`, comma separated; the highest version seals", { secret: true }),
  TRUST_PROXY: list("addresses or CIDR ranges of the gateway", { default: [] }),
  LOG_LEVEL: text("pino level", { default: "info" }),
} as const;

/** A file of one role, with an import that its role forbids or one that it may have. */
export interface PlantedImport {
  readonly path: string;
  readonly from: string;
}

const folder = "services/survey-service/src/planted";

const imports = (name: string, sources: readonly string[]): readonly PlantedImport[] =>
  sources.map((from, index) => ({ path: `${folder}/${name.replace("#", String(index))}`, from }));

const prisma = "../store/generated/client.ts";
const roles = {
  route: "./other.route.ts",
  plugin: "./other.plugin.ts",
  handler: "./other.handler.ts",
  worker: "./other.worker.ts",
  channel: "./other.channel.ts",
  store: "./other.store.ts",
  rules: "./other.rules.ts",
  useCase: "./do-other.ts",
} as const;

/** What each role must not import (style.md, "Who may import what"); the list of a role is whole. */
export const forbiddenImports: readonly PlantedImport[] = [
  ...imports("a#.rules.ts", [
    roles.useCase,
    roles.store,
    roles.route,
    "node:crypto",
    "fastify",
    "pg",
    "typebox/compile",
  ]),
  ...imports("make-a#.ts", [
    ...[
      "fastify",
      "@fastify/static",
      "pg",
      "@prisma/adapter-pg",
      prisma,
      "nats",
      "@roundtrip/test-harness/test-database",
    ],
    ...[roles.route, roles.plugin, roles.handler, roles.worker, roles.channel],
  ]),
  ...imports("a#.store.ts", [
    ...["fastify", "@fastify/static", "nats", "@roundtrip/event-bus/event-bus"],
    ...[roles.route, roles.plugin, roles.handler, roles.worker, roles.channel],
  ]),
  ...imports("a#.route.ts", [
    ...["pg", "@prisma/adapter-pg", prisma, "nats"],
    ...[roles.route, roles.plugin, roles.handler, roles.worker, roles.channel],
  ]),
  ...imports("a#.plugin.ts", ["pg", "@prisma/adapter-pg", prisma, "nats", roles.handler, roles.worker, roles.channel]),
  ...imports("a#.handler.ts", ["fastify", "pg", "@prisma/adapter-pg", prisma, "nats", roles.route, roles.plugin]),
  ...imports("a#.worker.ts", ["fastify", "pg", "@prisma/adapter-pg", prisma, "nats", roles.route, roles.plugin]),
  ...imports("a#.channel.ts", [
    ...["fastify", "pg", "@prisma/adapter-pg", prisma, "nats", "../store/survey-db.ts"],
    ...["@roundtrip/event-bus/event-bus", "@roundtrip/database/database", "@roundtrip/outbox/outbox"],
    ...[roles.store, roles.route, roles.plugin, roles.handler, roles.worker],
  ]),
  ...imports("a#.test.ts", ["nats"]),
  { path: "services/survey-service/src/planted-wiring.ts", from: "nats" },
  { path: "packages/event-bus/src/planted-other.ts", from: "nats" },
  { path: "packages/event-bus/src/nats-planted-0.ts", from: "vitest" },
  { path: "packages/outbox/src/planted-0.ts", from: "nats" },
  { path: "packages/outbox/src/planted-1.ts", from: "vitest" },
  { path: "packages/outbox/src/planted-2.ts", from: "@roundtrip/test-harness/test-database" },
  { path: "packages/outbox/src/planted.rules.ts", from: "node:fs" },
];

/** What stands beside it and is right: a wall that forbids everything would be no use. */
export const allowedImports: readonly PlantedImport[] = [
  ...imports("b#.rules.ts", [roles.rules, "../surveys/other.rules.ts", "@roundtrip/contracts/scope", "typebox"]),
  ...imports("make-b#.ts", [roles.rules, roles.store, roles.useCase, "@roundtrip/outbox/outbox", "node:crypto"]),
  ...imports("b#.store.ts", ["@roundtrip/database/database", prisma, "pg", roles.rules]),
  ...imports("b#.route.ts", ["@roundtrip/http-operation/route", "fastify", roles.useCase, roles.store]),
  ...imports("b#.plugin.ts", ["fastify", "fastify-plugin", roles.route]),
  ...imports("b#.handler.ts", ["@roundtrip/outbox/event-consumer", roles.useCase, roles.store]),
  ...imports("b#.worker.ts", ["@roundtrip/event-bus/event-bus", roles.store, roles.useCase, roles.channel]),
  ...imports("b#.channel.ts", ["node:crypto", "undici", "@roundtrip/contracts/scope"]),
  ...imports("b#.test.ts", ["vitest", "@roundtrip/test-harness/test-database", "fastify", prisma]),
  { path: "packages/event-bus/src/nats-planted-1.ts", from: "nats" },
];

export const importing = ({ from }: PlantedImport): string =>
  `import type { Planted } from "${from}";\n\nexport type Mine = Planted;\n`;

import type { Dialect } from "@roundtrip/contracts/operation";

/** What an operation leaves on its Fastify route: how its errors look, and which statuses it may answer with. */
export interface RouteConfig {
  readonly dialect?: Dialect;
  readonly declaredStatuses?: ReadonlySet<number>;
}

declare module "fastify" {
  interface FastifyContextConfig extends RouteConfig {}
}

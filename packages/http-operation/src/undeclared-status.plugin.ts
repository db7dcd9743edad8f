import type { FastifyInstance } from "fastify";

/**
 * Calls `onUndeclared` when a route answers with a status that its operation does not declare. Tests fail on it; a
 * service in production logs it.
 */
export const watchStatuses = (app: FastifyInstance, onUndeclared: (message: string) => void): void => {
  app.addHook("onResponse", async (request, reply) => {
    const declared = request.routeOptions.config.declaredStatuses;
    if (declared && !declared.has(reply.statusCode)) {
      onUndeclared(
        `${request.method} ${request.routeOptions.url} answered ${reply.statusCode}, which it does not declare`,
      );
    }
  });
};

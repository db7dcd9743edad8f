import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import "./route-config.ts";
import { Problem } from "./problem.ts";
import { answerProblem } from "./problem-answer.ts";

/**
 * Every error of the scope it is registered in becomes an RFC 9457 problem, or the envelope of the operation's dialect.
 * Also puts `X-Request-Id` on every answer. Ours (5xx) are logged with the cause; the caller's are logged as one line.
 */
export const problemPlugin = fastifyPlugin(async (app: FastifyInstance) => {
  app.addHook("onRequest", async (request, reply) => {
    reply.header("x-request-id", request.id);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => answer(error, request, reply));
  app.setNotFoundHandler((request, reply) => answer(new Problem("route_not_found"), request, reply));
});

const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const result = answerProblem(error, {
    dialect: request.routeOptions.config.dialect ?? "v2",
    requestId: request.id,
    path: request.url.split("?", 1)[0] ?? "",
    now: new Date(),
  });
  if (result.ours) request.log.error({ err: error }, "request failed");
  else
    request.log.info(
      { code: result.body["code"], cause: error instanceof Error ? error.cause : undefined },
      "request refused",
    );
  return reply.code(result.status).headers(result.headers).send(JSON.stringify(result.body));
};

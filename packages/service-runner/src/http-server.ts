import { randomUUID } from "node:crypto";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { Problem } from "@roundtrip/http-problem/problem";
import { problemPlugin } from "@roundtrip/http-problem/problem.plugin";
import { answerProblem } from "@roundtrip/http-problem/problem-answer";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyBodyParser,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";

export interface HttpServerOptions {
  readonly logger: FastifyBaseLogger;
  /** Addresses or CIDR ranges of the gateway; nobody else's `X-Forwarded-*` is believed. */
  readonly trustProxy: readonly string[];
}

/**
 * The Fastify instance that services are mounted on. Settings are pinned by tests (auth-survey.md section 4.9):
 * coercion and removal are off, so `"1"` is no number and an unknown member is seen and refused; `headersTimeout` stays
 * below `requestTimeout` with a short check interval, else a dripping body keeps a connection for ever.
 */
export const createHttpServer = (options: HttpServerOptions): FastifyInstance => {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: 1_048_576,
    requestTimeout: 15_000,
    keepAliveTimeout: 72_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8_192 },
    forceCloseConnections: "idle",
    genReqId: requestId,
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true, useDefaults: false } },
  });
  app.register(problemPlugin);
  // JSON only; Fastify would read text/plain too. Some clients send `Content-Type: application/json` with an empty body.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, parseJson(app));
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
  });
  app.addHook("onResponse", async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      "request",
    );
  });
  return app;
};

const parseJson = (app: FastifyInstance): FastifyBodyParser<string> => {
  const parse = app.getDefaultJsonParser("error", "error");
  return (request, body, done) => {
    if (body === "") done(null, undefined);
    // The default parser answers through `done`; what it returns is for parsers that are async.
    else void parse(request, body, done);
  };
};

/** An address that cannot be decoded never reaches a route; it may hold a token, so nothing of it is said again. */
const answerUnroutable = (_error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
  const place = { dialect: "v2", requestId: request.id, path: "", now: new Date() } as const;
  const answer = answerProblem(new Problem("route_not_found"), place);
  reply
    .code(answer.status)
    .headers({ ...answer.headers, "x-request-id": request.id })
    .send(JSON.stringify(answer.body));
};

/** What Node's parser refuses has no request: headers beyond 16 KB, broken or smuggled HTTP. Answered and hung up. */
const answerUnreadable = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code === "HPE_HEADER_OVERFLOW" ? "headers_too_large" : "malformed_http";
  const id = randomUUID();
  const { status, headers, body } = answerProblem(new Problem(code), {
    dialect: "v2",
    requestId: id,
    path: "",
    now: new Date(),
  });
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    "x-request-id": id,
    "content-length": Buffer.byteLength(text),
    connection: "close",
  });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`,
  );
};

/** The caller's id when it is a sane one, else a new one. It is logged and said again, so a key of ours is not taken for one. */
const requestId = (request: IncomingMessage): string => {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^(?!rt_)[A-Za-z0-9._-]{8,128}$/.test(given) ? given : randomUUID();
};

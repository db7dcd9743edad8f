import { createRequire } from "node:module";
import { dirname } from "node:path";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import { buildOpenApi } from "@roundtrip/contracts/openapi";
import type { FastifyPluginAsync } from "fastify";

/** Where the package keeps the browser's half of Swagger UI; its server half wants to make the document itself. */
const require = createRequire(import.meta.url);
const swaggerUiDirectory = dirname(require.resolve("@fastify/swagger-ui/static/swagger-ui.css"));

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Roundtrip API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const start = `SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
`;

/** `/openapi.json`, and `/docs`, which renders it with nothing from elsewhere. */
export const documentsPlugin: FastifyPluginAsync = async (app) => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
      },
    },
  });
  const document = JSON.stringify(buildOpenApi());
  app.get("/openapi.json", async (_request, reply) =>
    reply
      .type("application/json; charset=utf-8")
      .headers({ "cache-control": "public, max-age=300", "access-control-allow-origin": "*" })
      .send(document),
  );
  app.get("/docs", async (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
  app.get("/docs/start.js", async (_request, reply) => reply.type("text/javascript; charset=utf-8").send(start));
  await app.register(fastifyStatic, {
    root: swaggerUiDirectory,
    prefix: "/docs/",
    index: false,
    decorateReply: false,
    allowedPath: (path) => /\.(css|js|png)$/.test(path),
  });
};

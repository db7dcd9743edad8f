import { readFile } from "node:fs/promises";
import { join } from "node:path";
import helmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import { Problem } from "@roundtrip/http-problem/problem";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import type { SurveyDeps } from "../deps.ts";
import { isReservedSegment } from "../surveys/reserved-slug.rules.ts";

/**
 * Nothing but our own files, and no way out: a definition's author could otherwise load a script or send answers away.
 * SurveyJS sets styles on elements, which is what `unsafe-inline` for styles is for.
 */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
  },
};

/** One page answers at all of these; the app reads the address and takes the token out of it (api.md 4.2). */
const pagePaths = ["/", "/a/:token", "/s/:code", "/:slug", "/:slug/*"];

/** The respondents' web app. A GET never changes anything: crawlers and mail scanners follow links. */
export const pagesPlugin =
  ({ webDirectory }: Pick<SurveyDeps, "webDirectory">): FastifyPluginAsync =>
  async (app) => {
    await app.register(helmet, {
      contentSecurityPolicy,
      referrerPolicy: { policy: "no-referrer" },
      xFrameOptions: { action: "deny" },
    });
    await app.register(fastifyStatic, {
      root: join(webDirectory, "assets"),
      prefix: "/assets/",
      index: false,
      decorateReply: false,
      // The build names every asset by its content.
      immutable: true,
      maxAge: "365d",
      preCompressed: true,
    });
    for (const url of pagePaths) {
      app.get<{ Params: { slug?: string } }>(url, async (request, reply) => sendPage(webDirectory, request, reply));
    }
  };

type PageRequest = FastifyRequest<{ Params: { slug?: string } }>;

const sendPage = async (webDirectory: string, request: PageRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const { slug } = request.params;
  if (slug !== undefined && !isPageSlug(slug)) throw new Problem("route_not_found");
  const page = await readFile(join(webDirectory, "index.html")).catch((cause: unknown) => {
    const detail = "The respondents' web app has not been built; `pnpm build` does it";
    throw new Problem("dependency_unavailable", { detail, cause });
  });
  // The page itself is never kept: the next one may name other assets, and its address may hold a token.
  return reply.type("text/html; charset=utf-8").header("cache-control", "no-store").send(page);
};

/** What cannot be a survey is an unknown address of the API, and gets an answer that programs can read. */
const isPageSlug = (slug: string): boolean => /^[A-Za-z0-9_-]{1,128}$/.test(slug) && !isReservedSegment(slug);

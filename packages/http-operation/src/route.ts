import { Readable } from "node:stream";
import type { Access, CallerOf, Input, Operation, Output } from "@roundtrip/contracts/operation";
import { problems } from "@roundtrip/contracts/problem";
import { problemCodes } from "@roundtrip/contracts/problem-codes";
import type { RouteConfig } from "@roundtrip/http-problem/route-config";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteOptions } from "fastify";

/** A contract's operation with the function that answers it. Made in `*.route.ts`, listed in the service's HTTP plugin. */
export interface Route {
  readonly operation: Operation;
  readonly answer: (input: never) => Promise<AnyOutput>;
}

interface AnyOutput {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * `S` keeps the statuses that `answer` returns as literals: TypeScript would widen them to `number`, because `Output<O>`
 * is not yet worked out while it looks at the function's body.
 */
export const route = <const O extends Operation, S extends keyof O["responses"] & number>(
  operation: O,
  answer: (input: Input<O>) => Promise<Output<O> & { readonly status: S }>,
  // `Route` forgets the operation's own types so that a plugin can list routes side by side; the pair stays matched here.
): Route => ({ operation, answer: answer as Route["answer"] });

/** Authenticates a request for one scope of routes, or throws `unauthorized` / `forbidden`. */
export type Authenticate<A extends Access> = (request: FastifyRequest, access: A) => Promise<CallerOf<A>>;

export interface RouteScope<K extends Access["kind"]> {
  readonly access: K;
  readonly authenticate: Authenticate<Extract<Access, { kind: K }>>;
  readonly routes: readonly Route[];
}

/**
 * Registers one scope: every route in it must declare the scope's access kind, so a route cannot end up behind the wrong
 * door, and gets the same authentication. Validation comes after authentication: strangers learn nothing about shapes.
 */
export const registerScope = <K extends Access["kind"]>(app: FastifyInstance, scope: RouteScope<K>): void => {
  for (const entry of scope.routes) {
    const { operation } = entry;
    if (operation.access.kind !== scope.access) {
      throw new Error(`${operation.id} declares access ${operation.access.kind} but stands in scope ${scope.access}`);
    }
    // The line above has just compared the kinds.
    const access = operation.access as Extract<Access, { kind: K }>;
    const callers = new WeakMap<FastifyRequest, unknown>();
    const options: RouteOptions = {
      ...fastifyOptions(operation),
      onRequest: async (request) => {
        const caller = await scope.authenticate(request, access);
        callers.set(request, caller);
      },
      handler: async (request, reply) => sendOutput(entry, request, { reply, caller: callers.get(request) ?? null }),
    };
    if (operation.takesForm) app.register(formRoute(operation, options));
    else app.route(options);
  }
};

/** In a scope of its own: a page of somebody else's can send a form without asking, so no other route may read one. */
const formRoute =
  (operation: Operation, options: RouteOptions): FastifyPluginAsync =>
  async (app) => {
    const { properties = {} }: { readonly properties?: object } = operation.body ?? {};
    app.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string" },
      async (_: FastifyRequest, body: string) => parseForm(body, Object.keys(properties)),
    );
    app.route(options);
  };

/**
 * The members that the contract knows; others are ignored, and one that comes several times is a list, which no schema of a
 * form takes (both RFC 6749 section 3.2).
 */
const parseForm = (body: string, known: readonly string[]): Record<string, string | string[]> => {
  const members = new URLSearchParams(body);
  return Object.fromEntries(
    known.flatMap((name) => {
      const [first, ...others] = members.getAll(name);
      if (first === undefined) return [];
      return [[name, others.length === 0 ? first : [first, ...others]]];
    }),
  );
};

const fastifyOptions = (operation: Operation): Omit<RouteOptions, "handler"> => ({
  method: operation.method,
  url: operation.path,
  ...(operation.bodyLimitBytes === undefined ? {} : { bodyLimit: operation.bodyLimitBytes }),
  config: { dialect: operation.dialect, declaredStatuses: declaredStatuses(operation) } satisfies RouteConfig,
  schema: {
    ...(operation.params ? { params: operation.params } : {}),
    ...(operation.query ? { querystring: operation.query } : {}),
    ...(operation.headers ? { headers: operation.headers } : {}),
    ...(operation.body ? { body: operation.body } : {}),
    response: Object.fromEntries(Object.entries(operation.responses).filter(([, schema]) => schema && isJson(schema))),
  },
});

/** Pages and streams are sent as they are (contracts, `Document` and `Streamed`). */
const isJson = (schema: object): boolean => !("x-media-type" in schema);

/** Every status the operation may answer with. */
const declaredStatuses = (operation: Operation): ReadonlySet<number> =>
  new Set([
    ...Object.keys(operation.responses).map(Number),
    ...problemCodes(operation).map((code) => problems[code].status),
  ]);

const isStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;

interface Reply {
  readonly reply: FastifyReply;
  readonly caller: unknown;
}

const sendOutput = async (entry: Route, request: FastifyRequest, { reply, caller }: Reply): Promise<FastifyReply> => {
  const input = {
    params: request.params,
    query: request.query,
    body: request.body,
    caller,
    headers: request.headers,
    address: request.ip,
    requestId: request.id,
    cookies: "cookies" in request ? request.cookies : {},
  };
  // Fastify has validated the parts against the operation's own schemas, which is where `Input` comes from.
  const output = await entry.answer(input as never);
  for (const [name, value] of Object.entries(output.headers ?? {})) {
    reply.header(name, typeof value === "string" ? value : [...value]);
  }
  // Answers hold people's data or their keys; an operation that may be cached says so itself.
  if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  reply.code(output.status);
  if (output.body === null) return reply.send();
  return reply.send(isStream(output.body) ? Readable.from(output.body) : output.body);
};

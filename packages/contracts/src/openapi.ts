import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { authOperations } from "./auth/auth.operations.ts";
import { notifyOperations } from "./notify/notify.operations.ts";
import { eventCatalogue } from "./notify/webhook-body.ts";
import { openApiIntroduction } from "./openapi-introduction.ts";
import { type Access, type Operation, workspaceCallersDefault } from "./operation.ts";
import { ProblemBody, type ProblemCode, problems } from "./problem.ts";
import { problemCodes } from "./problem-codes.ts";
import { surveyOperations } from "./survey/survey.operations.ts";

/** Every operation of the house, in the order of the documents. */
export const allOperations: readonly Operation[] = [...authOperations, ...surveyOperations, ...notifyOperations];

type Json = Record<string, unknown>;

/**
 * The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), made from the contracts alone, so that it cannot say
 * anything else than what the routes validate. `pnpm openapi` writes it to docs/; a test fails when that copy is stale.
 */
export const buildOpenApi = (): Json =>
  plain({
    openapi: "3.1.1",
    info: {
      title: "Roundtrip",
      version: "0.1.0",
      summary: "Carries an organisation's own people into a survey and back, and tells it reliably when they are done.",
      description: openApiIntroduction,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "auth", description: "Signing in, access tokens, API keys" },
      { name: "survey", description: "Surveys, respondents, sessions, submissions" },
      { name: "notify", description: "Webhooks and their deliveries" },
    ],
    paths: buildPaths(allOperations),
    webhooks: Object.fromEntries(eventCatalogue.map((entry) => [entry.type, buildWebhook(entry)])),
    components: {
      securitySchemes: {
        apiKey: { type: "apiKey", in: "header", name: "X-API-Key", description: "`rt_live_...` or `rt_dev_...`" },
        accessToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "From `POST /refresh`. `X-Auth-Token` takes it as well.",
        },
        personalAccessToken: { type: "http", scheme: "bearer", description: "`rt_pat_...`" },
        actionToken: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description: "`Token <action token>`, from `POST /v2/action-tokens`.",
        },
      },
      schemas: { Problem: ProblemBody },
      responses: buildSharedProblems(allOperations),
    },
  });

/** Schemas carry their kinds in hidden members; what is left is JSON. */
const plain = (document: Json): Json => JSON.parse(JSON.stringify(document));

const buildPaths = (operations: readonly Operation[]): Json => {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: buildOperation(operation) };
  }
  return paths;
};

const buildOperation = (operation: Operation): Json => ({
  operationId: operation.id,
  tags: [operation.service],
  summary: operation.summary,
  ...(operation.description === undefined ? {} : { description: operation.description }),
  ...buildAccess(operation.access),
  parameters: [
    ...buildParameters("path", operation.params),
    ...buildParameters("query", operation.query),
    ...buildParameters("header", operation.headers),
    ...(operation.access.kind === "workspace" ? [workspaceHeader] : []),
  ],
  ...(operation.body
    ? {
        requestBody: {
          required: !mayBeAbsent(operation.body),
          content: {
            "application/json": { schema: operation.body },
            ...(operation.takesForm
              ? { "application/x-www-form-urlencoded": { schema: { ...operation.body, additionalProperties: true } } }
              : {}),
          },
        },
      }
    : {}),
  responses: { ...buildResponses(operation), ...buildProblems(operation) },
});

/** A body whose type includes `null` may be left out. */
const mayBeAbsent = (body: TSchema): boolean => Value.Check(body, null);

const workspaceHeader = {
  name: "X-Workspace",
  in: "header",
  required: false,
  description: "With an account's access token: `live`, `dev` or a workspace id. An API key has one workspace.",
  schema: { type: "string" },
};

const buildAccess = (access: Access): Json => {
  if (access.kind === "public") return { security: [] };
  if (access.kind !== "workspace") return { security: [{ accessToken: [] }] };
  const callers = access.callers ?? workspaceCallersDefault;
  return {
    security: callerSchemes.filter(({ kind }) => callers.includes(kind)).map(({ scheme }) => ({ [scheme]: [] })),
    "x-scope": access.scope,
    "x-role": access.role,
  };
};

const callerSchemes = [
  { kind: "api_key", scheme: "apiKey" },
  { kind: "account", scheme: "accessToken" },
  { kind: "personal_access_token", scheme: "personalAccessToken" },
  { kind: "action_token", scheme: "actionToken" },
] as const;

/** The shape of a TypeBox object; the hidden kinds do not matter here. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
}

const buildParameters = (place: "path" | "query" | "header", schema: TSchema | undefined): readonly Json[] => {
  const { properties = {}, required = [] }: ObjectSchema = schema ?? {};
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
};

const buildResponses = (operation: Operation): Json =>
  Object.fromEntries(
    Object.entries(operation.responses).map(([status, schema]) => [
      status,
      {
        description: statusWords[status] ?? "Success",
        ...(schema ? { content: { [mediaTypeOf(schema)]: { schema } } } : {}),
      },
    ]),
  );

/** JSON, unless the schema says otherwise (`Document`, `Streamed`). */
const mediaTypeOf = (schema: TSchema): string =>
  "x-media-type" in schema && typeof schema["x-media-type"] === "string" ? schema["x-media-type"] : "application/json";

const statusWords: Readonly<Record<string, string>> = {
  "200": "OK",
  "201": "Created",
  "202": "Accepted",
  "204": "Done, nothing to say",
  "302": "Go there",
  "404": "There is nothing there any more",
};

/** Codes by status, in the order in which the operation names them. */
const codesByStatus = (operation: Operation): ReadonlyMap<number, readonly ProblemCode[]> => {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemCodes(operation)) {
    const { status } = problems[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
};

const sharedName = (codes: readonly ProblemCode[]): string => codes.join(".");

/** A reference a status: most operations answer with the same few combinations of codes. */
const buildProblems = (operation: Operation): Json =>
  Object.fromEntries(
    [...codesByStatus(operation)].map(([status, codes]) => [
      String(status),
      { $ref: `#/components/responses/${sharedName(codes)}` },
    ]),
  );

const buildSharedProblems = (operations: readonly Operation[]): Json =>
  Object.fromEntries(
    operations
      .flatMap((operation) => [...codesByStatus(operation)])
      .map(([status, codes]) => [sharedName(codes), buildProblem(status, codes)]),
  );

const retryAfter = { description: "Seconds until it is worth another try.", schema: { type: "integer", minimum: 1 } };

/** Which headers a refusal carries besides those of every answer. */
const problemHeaders: Readonly<Record<number, Json>> = {
  429: {
    RateLimit: {
      description:
        "What is left of the limit and the seconds until it is whole again; absent where only guesses are counted.",
      schema: { type: "string" },
      example: '"default";r=0;t=50',
    },
    "RateLimit-Policy": {
      description: "The limit and its window in seconds.",
      schema: { type: "string" },
      example: '"default";q=60;w=60',
    },
    "Retry-After": retryAfter,
  },
  503: { "Retry-After": retryAfter },
};

const buildProblem = (status: number, codes: readonly ProblemCode[]): Json => ({
  description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join("; "),
  ...(problemHeaders[status] ? { headers: problemHeaders[status] } : {}),
  content: {
    "application/problem+json": {
      schema: { allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }] },
    },
  },
});

const webhookHeaders = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => ({
  name,
  in: "header",
  required: true,
  schema: { type: "string" },
}));

/** What is sent out (Standard Webhooks, https://www.standardwebhooks.com). Any 2xx answer within 15 s is a delivery. */
const buildWebhook = (entry: (typeof eventCatalogue)[number]): Json => ({
  post: {
    operationId: `on.${entry.type}`,
    tags: ["notify"],
    summary: entry.description,
    security: [],
    parameters: webhookHeaders,
    requestBody: {
      required: true,
      content: { "application/json": { schema: entry.schema, example: entry.example } },
    },
    responses: { "2XX": { description: "Received" } },
  },
});

import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { allOperations, buildOpenApi } from "./openapi.ts";
import { publicEvents } from "./public-events.ts";

describe("the OpenAPI document", () => {
  const document = buildOpenApi();

  it("is the one in docs/openapi.json; `pnpm openapi` writes it", async () => {
    const written = await readFile(new URL("../../../docs/openapi.json", import.meta.url), "utf8");
    expect(JSON.parse(written)).toEqual(document);
  });

  it("holds every operation once, and every event that is sent out", () => {
    const paths: Record<string, Record<string, { operationId: string }>> = JSON.parse(
      JSON.stringify(document["paths"]),
    );
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(ids.sort()).toEqual(allOperations.map((operation) => operation.id).sort());
    expect(Object.keys(Object(document["webhooks"])).sort()).toEqual(
      publicEvents.map((event) => event.publicType).sort(),
    );
  });

  it("refers to nothing that it does not hold", () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"#\/components\/(\w+)\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(100);
    const components = Object(document["components"]);
    expect(
      references.filter(([, kind = "", name = ""]) => !(name in components[kind])).map(([whole]) => whole),
    ).toEqual([]);
  });

  it("says once what holds everywhere: credentials, workspaces, limits, errors", () => {
    const { description } = Object(document["info"]);
    for (const word of [
      "X-API-Key",
      "X-Auth-Token",
      "Authorization",
      "X-Workspace",
      "RateLimit",
      "RFC 9457",
      "1 MiB",
    ]) {
      expect(description).toContain(word);
    }
  });

  it("lets a form hold what it does not know, and JSON not", () => {
    const { content } = Object(document["paths"])["/v2/tokens/introspect"].post.requestBody;
    expect(content["application/json"].schema.additionalProperties).toBe(false);
    expect(content["application/x-www-form-urlencoded"].schema.additionalProperties).toBe(true);
  });

  it("says of create-user what the contract says", () => {
    expect(document).toMatchObject({
      openapi: "3.1.1",
      paths: {
        "/surveys/{slug}/create-user": {
          post: {
            security: [],
            requestBody: {
              content: { "application/json": { schema: { required: ["token"], additionalProperties: false } } },
            },
            responses: {
              200: { content: { "application/json": { schema: { required: ["userId", "username", "authToken"] } } } },
              400: { $ref: expect.stringContaining("claims_invalid") },
              403: { $ref: expect.stringContaining("jwt_expired.") },
              404: { $ref: "#/components/responses/survey_not_found" },
            },
          },
        },
        "/v2/surveys": {
          post: {
            security: [{ apiKey: [] }, { accessToken: [] }, { personalAccessToken: [] }],
            "x-scope": "surveys:write",
          },
        },
      },
      components: {
        responses: {
          survey_not_found: { description: expect.stringContaining("There is no such survey") },
          "busy.dependency_unavailable": { headers: { "Retry-After": {} } },
          rate_limited: {
            headers: { RateLimit: {}, "RateLimit-Policy": {}, "Retry-After": { schema: { type: "integer" } } },
          },
        },
      },
    });
  });
});

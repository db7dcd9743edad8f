import { operation } from "@roundtrip/contracts/operation";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { Problem } from "@roundtrip/http-problem/problem";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { createLogger } from "@roundtrip/service-runner/logger";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerScope, route } from "./route.ts";
import { watchStatuses } from "./undeclared-status.plugin.ts";

const createThing = operation({
  id: "createThing",
  service: "survey",
  method: "POST",
  path: "/v2/things/:name",
  summary: "A thing",
  access: { kind: "public" },
  dialect: "v2",
  params: Type.Object({ name: Type.String({ maxLength: 8 }) }, { additionalProperties: false }),
  body: Type.Object(
    { count: Type.Integer({ minimum: 1 }), note: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  responses: { 201: Type.Object({ name: Type.String(), count: Type.Integer() }), 204: null },
  problems: ["survey_not_found"],
});
const legacyThing = operation({
  ...createThing,
  id: "legacyThing",
  path: "/surveys/:name/things",
  dialect: "intake24",
});
const omniThing = operation({ ...createThing, id: "omniThing", path: "/omni/:name", dialect: "incode" });

const answers: Record<string, () => never> = {
  gone: () => {
    throw new Problem("survey_not_found");
  },
  away: () => {
    throw new DependencyUnavailable("database", { cause: new Error("password=hunter2 at 10.0.0.3") });
  },
  bug: () => {
    throw new Error("secret internal text");
  },
  odd: () => {
    throw new Problem("session_closed");
  },
};

describe("operation", () => {
  let app: FastifyInstance;
  let undeclared: string[];
  beforeEach(async () => {
    undeclared = [];
    app = createHttpServer({ logger: createLogger("test", "silent"), trustProxy: [] });
    watchStatuses(app, (message) => void undeclared.push(message));
    await app.register(async (scope) => {
      const routes = [createThing, legacyThing, omniThing].map((each) =>
        route(each, async ({ params, body }) => {
          answers[params.name]?.();
          if (params.name === "nothing") return { status: 204, body: null };
          return { status: 201, body: { name: params.name, count: body.count }, headers: { "x-thing": "yes" } };
        }),
      );
      registerScope(scope, { access: "public", authenticate: async () => null, routes });
    });
  });
  afterEach(async () => {
    await app.close();
  });
  const post = (url: string, payload: string | object, headers: Record<string, string> = {}) =>
    app.inject({ method: "POST", url, payload, headers: { "content-type": "application/json", ...headers } });

  describe("201 and 204", () => {
    it("answers what the function answers, with its headers and the request's id", async () => {
      const answer = await post("/v2/things/one", { count: 2 }, { "x-request-id": "my-request-1" });
      expect([answer.statusCode, answer.json()]).toEqual([201, { name: "one", count: 2 }]);
      expect([answer.headers["x-thing"], answer.headers["x-request-id"]]).toEqual(["yes", "my-request-1"]);
      expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      expect(answer.headers["cache-control"]).toBe("no-store");
      expect((await post("/v2/things/nothing", { count: 2 })).body).toBe("");
    });

    it.each([
      ["is not a sane one", "a\tb<script>"],
      ["is one of our keys", "rt_live_0123456789"],
      ["is endless", "x".repeat(129)],
    ])("makes its own request id when the caller's %s", async (_name, id) => {
      const answer = await post("/v2/things/one", { count: 2 }, { "x-request-id": id });
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  describe("422 and 400: input", () => {
    it.each([
      ["a number as text", { count: "2" }, ["body", "count"], "invalid_type"],
      ["an unknown member", { count: 1, role: "admin" }, ["body", "role"], "unknown_member"],
      ["a missing member", {}, ["body", "count"], "missing"],
      ["a number out of bounds", { count: 0 }, ["body", "count"], "too_small"],
      ["a list for an object", [1], ["body"], "invalid_type"],
    ])("names the place of %s", async (_name, payload, loc, type) => {
      const answer = await post("/v2/things/one", payload);
      expect(answer.statusCode).toBe(422);
      expect(answer.headers["content-type"]).toContain("application/problem+json");
      expect(answer.json()).toMatchObject({
        code: "invalid_request",
        detail: [{ loc, type, msg: expect.any(String) }],
      });
      expect(answer.json().request_id).toBe(answer.headers["x-request-id"]);
    });

    it("says no more than the beginning of an unknown member that may be a secret", async () => {
      const key = `rt_live_${"a1".repeat(24)}x`;
      const answer = await post("/v2/things/one", { count: 1, [key]: 1 });
      expect(answer.json().detail).toMatchObject([{ loc: ["body", "rt_live_..."], type: "unknown_member" }]);
      expect(answer.body).not.toContain(key);
    });

    it("speaks the dialect of the routes that it keeps compatible", async () => {
      const legacy = await post("/surveys/one/things", { count: "2" });
      expect(legacy.statusCode).toBe(400);
      expect(legacy.json()).toMatchObject({
        code: "invalid_input",
        message: expect.any(String),
        errors: { count: { code: "invalid_type" } },
      });
      const omni = await post("/omni/one", { count: "2" });
      expect(omni.statusCode).toBe(400);
      expect(Object.keys(omni.json()).sort()).toEqual(["error", "message", "path", "status", "timestamp"]);
      expect(omni.json().path).toBe("/omni/one");
    });

    it.each([
      ["broken JSON", "{", 400, "malformed_json"],
      ["__proto__", '{"count":1,"__proto__":{"role":"admin"}}', 400, "malformed_json"],
      ["constructor.prototype", '{"count":1,"constructor":{"prototype":{"x":1}}}', 400, "malformed_json"],
      ["two megabytes", JSON.stringify({ count: 1, note: "x".repeat(2_000_000) }), 413, "body_too_large"],
    ])("refuses %s", async (_name, payload, status, code) => {
      const answer = await post("/v2/things/one", payload);
      expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    });

    it.each(["text/plain", "text/html"])("refuses %s", async (type) => {
      const answer = await post("/v2/things/one", '{"count":1}', { "content-type": type });
      expect([answer.statusCode, answer.json().code]).toEqual([415, "unsupported_media_type"]);
    });

    it("refuses a body that is no JSON by type", async () => {
      const answer = await app.inject({
        method: "POST",
        url: "/v2/things/one",
        payload: "count=1",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      expect([answer.statusCode, answer.json().code]).toEqual([415, "unsupported_media_type"]);
    });
  });

  describe("404, 500 and 503", () => {
    it("answers a problem for an address that nobody owns", async () => {
      const answer = await app.inject({ method: "GET", url: "/nowhere" });
      expect([answer.statusCode, answer.json().code]).toEqual([404, "route_not_found"]);
    });

    it("answers a problem, without the address, for one that cannot be decoded", async () => {
      const answer = await app.inject({ method: "GET", url: "/v2/things/%ff-secret" });
      expect([answer.statusCode, answer.json().code]).toEqual([404, "route_not_found"]);
      expect(answer.body).not.toContain("secret");
      expect(answer.headers["x-request-id"]).toBe(answer.json().request_id);
    });

    it("never shows internal text", async () => {
      const bug = await post("/v2/things/bug", { count: 1 });
      expect([bug.statusCode, bug.json().code]).toEqual([500, "internal_error"]);
      expect(bug.body).not.toContain("secret internal text");
      const away = await post("/v2/things/away", { count: 1 });
      expect([away.statusCode, away.json().code, away.headers["retry-after"]]).toEqual([
        503,
        "dependency_unavailable",
        "2",
      ]);
      expect(away.body).not.toContain("hunter2");
    });
  });

  it("tells on a route that answers with a status it does not declare", async () => {
    await post("/v2/things/gone", { count: 1 });
    expect(undeclared).toEqual([]);
    await post("/v2/things/odd", { count: 1 });
    expect(undeclared).toEqual(["POST /v2/things/:name answered 409, which it does not declare"]);
  });

  it("does not register a route behind a door that its contract does not name", () => {
    const wrong = {
      access: "respondent" as const,
      authenticate: async () => Promise.reject(new Error("nobody gets this far")),
      routes: [route(createThing, async () => ({ status: 204, body: null }))],
    };
    expect(() => registerScope(app, wrong)).toThrow(/createThing declares access public/);
  });
});

import { uuidv7 } from "uuidv7";
import { beforeEach, describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import type { Headers, TestWorkspace } from "../test/test-callers.ts";
import { createTestWebhook } from "../test/test-webhook.ts";

const { service } = useNotifyService({ workers: [] });
const target = "http://127.0.0.1:9/hook";
let workspace: TestWorkspace;
let webhookId: string;
beforeEach(async () => {
  workspace = service().callers.workspace();
  ({ webhookId } = await createTestWebhook(service().app, workspace.headers, { url: target }));
});

type Method = "GET" | "POST" | "PATCH" | "DELETE";
const call = (method: Method, url: string, options: { headers?: Headers; payload?: object } = {}) =>
  service().app.inject({ method, url, headers: workspace.headers, ...options });
const single = (path = "") => `/v2/webhooks/${webhookId}${path}`;

/** Every route of one webhook, with a body that it takes. */
const routes = [
  ["GET", "", undefined],
  ["PATCH", "", { description: "x" }],
  ["DELETE", "", undefined],
  ["POST", "/enable", undefined],
  ["POST", "/disable", undefined],
  ["POST", "/rotate-secret", { overlap_seconds: 60 }],
  ["GET", "/deliveries", undefined],
] as const;

describe("200", () => {
  it("lists the workspace's webhooks, oldest first, page by page", async () => {
    for (let count = 0; count < 4; count += 1)
      await createTestWebhook(service().app, workspace.headers, { url: target });
    const all = (await call("GET", "/v2/webhooks")).json();
    expect(all.data).toHaveLength(5);
    expect(all.next).toBeNull();
    expect(all.data[0].webhook_id).toBe(webhookId);
    expect(JSON.stringify(all)).not.toContain("whsec_");
    const first = (await call("GET", "/v2/webhooks?limit=3")).json();
    const second = (await call("GET", `/v2/webhooks?limit=3&after=${first.next}`)).json();
    expect([...first.data, ...second.data]).toEqual(all.data);
    expect(second.next).toBeNull();
  });

  it("changes what it is told and nothing else", async () => {
    const before = (await call("GET", single())).json();
    const changes = {
      url: "http://127.0.0.1:10/other",
      description: "moved",
      event_types: ["user.*"],
      surveys: ["a"],
      payload: "full",
      max_in_flight: 2,
      timeout_ms: 900,
    };
    const changed = await call("PATCH", single(), { payload: changes });
    expect(changed.statusCode, changed.body).toBe(200);
    expect(changed.json()).toEqual({ ...before, ...changes, updated_at: changed.json().updated_at });
    expect(changed.json().updated_at > before.updated_at).toBe(true);
    const emptied = await call("PATCH", single(), { payload: { description: null, surveys: [] } });
    expect(emptied.json()).toMatchObject({ description: null, surveys: [], url: changes.url });
  });

  it("disables and enables", async () => {
    expect((await call("POST", single("/disable"))).json()).toMatchObject({
      state: "disabled",
      disabled_reason: "manual",
    });
    expect((await call("POST", single("/disable"))).json()).toMatchObject({ state: "disabled" });
    expect((await call("POST", single("/enable"))).json()).toMatchObject({ state: "enabled", disabled_reason: null });
  });

  it("lists every event type with schema and example", async () => {
    const answer = await call("GET", "/v2/event-types");
    expect(answer.statusCode).toBe(200);
    const types = answer.json().data;
    expect(types.map((each: { type: string }) => each.type)).toContain("session.completed");
    for (const each of types) {
      expect(each.schema.properties.type.const).toBe(each.type);
      expect(each.example.type).toBe(each.type);
      expect(each.description).not.toBe("");
    }
  });
});

describe("201", () => {
  it("rotates the secret, with and without overlap", async () => {
    const rotated = await call("POST", single("/rotate-secret"), { payload: { overlap_seconds: 60 } });
    expect(rotated.statusCode, rotated.body).toBe(201);
    expect(rotated.headers["cache-control"]).toBe("no-store");
    const overlapMs = Date.parse(rotated.json().previous_retires_at) - Date.now();
    expect(overlapMs).toBeGreaterThan(50_000);
    expect(overlapMs).toBeLessThan(61_000);
    const again = await call("POST", single("/rotate-secret"), { payload: { overlap_seconds: 0 } });
    expect(again.json()).toMatchObject({ webhook_id: webhookId, previous_retires_at: null });
    expect(again.json().secret).not.toBe(rotated.json().secret);
  });
});

describe("204", () => {
  it("deletes, and then it is gone", async () => {
    const deleted = await call("DELETE", single());
    expect([deleted.statusCode, deleted.body]).toEqual([204, ""]);
    for (const [method, path, payload] of routes) {
      const answer = await call(method, single(path), payload ? { payload } : {});
      expect([method, path, answer.statusCode]).toEqual([method, path, 404]);
    }
    expect((await call("GET", "/v2/webhooks")).json().data).toEqual([]);
  });
});

describe("401", () => {
  it("is what every route says to strangers", async () => {
    for (const [method, path, payload] of [...routes, ["GET", "/../../event-types", undefined] as const]) {
      const answer = await call(method, single(path), { headers: {}, ...(payload ? { payload } : {}) });
      expect([method, path, answer.statusCode]).toEqual([method, path, 401]);
    }
    expect((await call("GET", "/v2/webhooks", { headers: {} })).statusCode).toBe(401);
    expect((await call("GET", `/v2/deliveries/${uuidv7()}`, { headers: {} })).statusCode).toBe(401);
  });
});

describe("403", () => {
  it("is what a viewer gets who wants to change something, and a key with the wrong scope", async () => {
    const viewer = await workspace.staff("viewer");
    for (const [method, path, payload] of routes) {
      const answer = await call(method, single(path), { headers: viewer, ...(payload ? { payload } : {}) });
      expect([method, path, answer.statusCode === 403]).toEqual([method, path, method !== "GET"]);
    }
    const reader = workspace.keyWith("webhooks:read");
    expect((await call("GET", single(), { headers: reader })).statusCode).toBe(200);
    expect((await call("DELETE", single(), { headers: reader })).statusCode).toBe(403);
    expect((await call("GET", "/v2/event-types", { headers: reader })).statusCode).toBe(403);
    expect((await call("GET", "/v2/event-types", { headers: workspace.keyWith("events:read") })).statusCode).toBe(200);
  });
});

describe("404", () => {
  it("is what another workspace's webhook is, with the answer of one that never was", async () => {
    const stranger = service().callers.workspace().headers;
    for (const [method, path, payload] of routes) {
      const foreign = await call(method, single(path), { headers: stranger, ...(payload ? { payload } : {}) });
      expect([method, path, foreign.statusCode]).toEqual([method, path, 404]);
      const unknown = await call(method, `/v2/webhooks/${uuidv7()}${path}`, payload ? { payload } : {});
      const { request_id: _one, ...said } = foreign.json();
      const { request_id: _other, ...saidToo } = unknown.json();
      expect(said).toEqual(saidToo);
    }
    expect((await call("GET", single())).statusCode).toBe(200);
    expect((await call("GET", `/v2/deliveries/${uuidv7()}`)).json()).toMatchObject({
      status: 404,
      code: "delivery_not_found",
    });
  });
});

describe("422", () => {
  it.each([
    ["PATCH", "", { secret: "whsec_x" }],
    ["PATCH", "", { format: "standard" }],
    ["PATCH", "", { url: "http://192.168.0.1/" }],
    ["PATCH", "", { url: "nonsense" }],
    ["PATCH", "", { description: "a\0" }],
    ["PATCH", "", { surveys: ["\ud800"] }],
    ["PATCH", "", { event_types: ["nobody.*"] }],
    ["PATCH", "", { payload: "fat" }],
    ["POST", "/rotate-secret", {}],
    ["POST", "/rotate-secret", { overlap_seconds: 604_801 }],
    ["POST", "/rotate-secret", { overlap_seconds: -1 }],
    ["GET", "/deliveries?status=lost", undefined],
    ["GET", "/deliveries?since=yesterday", undefined],
    ["GET", "/deliveries?limit=0", undefined],
    ["GET", "/deliveries?after=made-up", undefined],
    ["GET", "/deliveries?other=1", undefined],
  ] as const)("%s %s %j", async (method, path, payload) => {
    const answer = await call(method, single(path), payload ? { payload } : {});
    expect(answer.statusCode, answer.body).toBe(422);
    expect(answer.json().detail.length).toBeGreaterThan(0);
  });

  it("is what an id gets that is none", async () => {
    expect((await call("GET", "/v2/webhooks/17")).statusCode).toBe(422);
    expect((await call("GET", "/v2/deliveries/17")).statusCode).toBe(422);
    expect((await call("GET", "/v2/webhooks?limit=201")).statusCode).toBe(422);
  });
});

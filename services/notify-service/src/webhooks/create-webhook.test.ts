import { scopes } from "@roundtrip/contracts/scope";
import { statement } from "@roundtrip/database/database";
import { describe, expect, it } from "vitest";
import { useNotifyService } from "../test/open-notify-service.ts";
import type { Headers } from "../test/test-callers.ts";

const { service } = useNotifyService({ workers: [], env: { ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });

const url = "http://127.0.0.1:9/hook";
const create = (headers: Headers, payload: unknown) =>
  service().app.inject({
    method: "POST",
    url: "/v2/webhooks",
    headers: { "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });
const valid = { url, event_types: ["session.completed"] };

describe("201", () => {
  it("answers the webhook with its secret, this once", async () => {
    const { headers, workspaceId } = service().callers.workspace();
    const answer = await create(headers, valid);
    expect(answer.statusCode, answer.body).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { secret, ...webhook } = answer.json();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(webhook).toEqual({
      webhook_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      url,
      description: null,
      event_types: ["session.completed"],
      surveys: [],
      format: "standard",
      payload: "thin",
      max_in_flight: 8,
      timeout_ms: 15_000,
      state: "enabled",
      disabled_reason: null,
      failing_since: null,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    const again = await service().app.inject({ url: `/v2/webhooks/${webhook.webhook_id}`, headers });
    expect(again.json()).toEqual(webhook);
    const rows = await service().db.query(
      statement<{ text: string }>(
        "test-rows-of-workspace",
        `SELECT w::text || s::text AS text FROM webhooks w JOIN webhook_secrets s USING (webhook_id) WHERE w.workspace_id = $1`,
      ),
      [workspaceId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toContain(secret.slice("whsec_".length));
    expect(JSON.stringify(service().logged)).not.toContain(secret.slice("whsec_".length));
  });

  it("takes everything that can be said", async () => {
    const { headers } = service().callers.workspace();
    const given = {
      ...valid,
      description: "our CRM ✓",
      event_types: ["session.*", "user.created", "*"],
      surveys: ["wellbeing"],
      format: "standard",
      payload: "full",
      max_in_flight: 1,
      timeout_ms: 500,
    };
    const answer = await create(headers, given);
    expect(answer.statusCode, answer.body).toBe(201);
    expect(answer.json()).toMatchObject(given);
  });

  it("takes a name that does not resolve yet", async () => {
    const answer = await create(service().callers.workspace("live").headers, {
      ...valid,
      url: "https://hooks.invalid/",
    });
    expect(answer.statusCode, answer.body).toBe(201);
  });

  it("is for admins too", async () => {
    const answer = await create(await service().callers.workspace().staff("admin"), valid);
    expect(answer.statusCode, answer.body).toBe(201);
  });
});

describe("400", () => {
  it("is what broken JSON gets", async () => {
    const answer = await create(service().callers.workspace().headers, '{"url":');
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "malformed_json" });
  });
});

describe("401", () => {
  it("is what strangers get, whatever they send", async () => {
    for (const headers of [{}, { "x-api-key": "rt_dev_nonsense" }, { authorization: "Bearer x.y.z" }]) {
      for (const payload of [valid, { nonsense: true }]) {
        const answer = await create(headers, payload);
        expect(answer.statusCode).toBe(401);
        expect(answer.json()).toMatchObject({ code: "unauthorized" });
      }
    }
  });
});

describe("403", () => {
  it("is what those get who may not", async () => {
    const workspace = service().callers.workspace();
    const others = scopes.filter((scope) => scope !== "webhooks:write");
    for (const headers of [
      workspace.keyWith(...others),
      await workspace.staff("viewer"),
      await service().callers.respondent(),
    ]) {
      const answer = await create(headers, valid);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: "forbidden" });
    }
  });
});

describe("409", () => {
  it("is what the 101st webhook gets, even when all come at once", async () => {
    const { headers } = service().callers.workspace();
    const answers = await Promise.all(Array.from({ length: 103 }, () => create(headers, valid)));
    const codes = answers.map((answer) => answer.statusCode);
    expect(codes.filter((code) => code === 201)).toHaveLength(100);
    expect(answers.filter((answer) => answer.statusCode !== 201).map((answer) => answer.json().code)).toEqual(
      Array(3).fill("webhook_limit_reached"),
    );
  });
});

describe("413 and 415", () => {
  it("are for bodies that are too large, or no JSON", async () => {
    const { headers } = service().callers.workspace();
    expect((await create(headers, { ...valid, description: "x".repeat(1_100_000) })).statusCode).toBe(413);
    expect(
      (await create({ ...headers, "content-type": "application/x-www-form-urlencoded" }, "url=x")).statusCode,
    ).toBe(415);
  });
});

describe("422", () => {
  it.each([
    ["no URL", { url: undefined }, ["body", "url"], "missing"],
    ["an unknown member", { header: "x" }, ["body", "header"], "unknown_member"],
    ["a format that is not built", { format: "incode" }, ["body", "format"], "not_allowed"],
    ["no event types", { event_types: [] }, ["body", "event_types"], "invalid_minItems"],
    ["a pattern of another kind", { event_types: ["session.comp*"] }, ["body", "event_types", 0], "invalid_format"],
    [
      "an event type that does not exist",
      { event_types: ["*", "session.complete"] },
      ["body", "event_types", 1],
      "unknown_event_type",
    ],
    ["too much at once", { max_in_flight: 9 }, ["body", "max_in_flight"], "too_large"],
    ["too little time", { timeout_ms: 499 }, ["body", "timeout_ms"], "too_small"],
    ["a number as text", { timeout_ms: "1000" }, ["body", "timeout_ms"], "invalid_type"],
    ["a NUL in the URL", { url: `${url}\0` }, ["body", "url"], "invalid_format"],
    ["half a character in the URL", { url: `${url}\ud800` }, ["body", "url"], "invalid_format"],
    ["a NUL in the description", { description: "a\0" }, ["body", "description"], "invalid_format"],
    ["half a character in the description", { description: "a\ud800" }, ["body", "description"], "invalid_format"],
    ["a NUL in a survey", { surveys: ["a", "a\0"] }, ["body", "surveys", 1], "invalid_format"],
    ["half a character in a survey", { surveys: ["\udc00"] }, ["body", "surveys", 0], "invalid_format"],
    ["no absolute URL", { url: "/hook" }, ["body", "url"], "not_a_url"],
    ["another scheme", { url: "ftp://127.0.0.1/" }, ["body", "url"], "scheme_not_allowed"],
    ["credentials in the URL", { url: "http://a:b@127.0.0.1/" }, ["body", "url"], "credentials_in_url"],
    ["a private address", { url: "http://10.0.0.1/" }, ["body", "url"], "address_not_allowed"],
    ["a metadata service", { url: "http://[::ffff:169.254.169.254]/" }, ["body", "url"], "address_not_allowed"],
  ] as const)("%s", async (_name, changes, ...[loc, type]) => {
    const answer = await create(service().callers.workspace().headers, { ...valid, ...changes });
    expect(answer.statusCode, answer.body).toBe(422);
    expect(answer.json().detail).toEqual(expect.arrayContaining([expect.objectContaining({ loc, type })]));
  });

  it("names every member that is wrong", async () => {
    const answer = await create(service().callers.workspace().headers, { url: "nonsense", event_types: ["a.b"] });
    expect(answer.json().detail.map((fault: { type: string }) => fault.type)).toEqual([
      "not_a_url",
      "unknown_event_type",
    ]);
  });

  it("http is refused in a live workspace", async () => {
    const answer = await create(service().callers.workspace("live").headers, valid);
    expect(answer.json().detail).toMatchObject([{ loc: ["body", "url"], type: "https_required" }]);
  });
});

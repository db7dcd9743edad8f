import { operation } from "@roundtrip/contracts/operation";
import { createHttpServer } from "@roundtrip/service-runner/http-server";
import { createLogger } from "@roundtrip/service-runner/logger";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerScope, route } from "./route.ts";

const formThing = operation({
  id: "formThing",
  service: "auth",
  method: "POST",
  path: "/form",
  summary: "A thing that takes forms",
  access: { kind: "public" },
  dialect: "v2",
  body: Type.Object(
    { token: Type.String({ minLength: 1 }), hint: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  takesForm: true,
  bodyLimitBytes: 1_024,
  responses: { 200: Type.Object({ token: Type.String() }) },
  problems: [],
});
const { takesForm: _takesForm, ...plain } = formThing;
const plainThing = operation({ ...plain, id: "plainThing", path: "/plain" });

let app: FastifyInstance;
beforeAll(async () => {
  app = createHttpServer({ logger: createLogger("test", "silent"), trustProxy: [] });
  await app.register(async (scope) => {
    const routes = [formThing, plainThing].map((each) =>
      route(each, async ({ body }) => ({ status: 200, body: { token: body.token } })),
    );
    registerScope(scope, { access: "public", authenticate: async () => null, routes });
  });
});
afterAll(() => app.close());

const post = (url: string, payload: string, type = "application/x-www-form-urlencoded") =>
  app.inject({ method: "POST", url, payload, headers: { "content-type": type } });

describe("an operation that takes forms", () => {
  it("reads a form like JSON", async () => {
    expect((await post("/form", "token=a%2Bb+c&hint=x")).json()).toEqual({ token: "a+b c" });
    expect((await post("/form", "token=x", "application/x-www-form-urlencoded; charset=utf-8")).json()).toEqual({
      token: "x",
    });
    expect((await post("/form", '{"token":"x"}', "application/json")).json()).toEqual({ token: "x" });
  });

  it.each([
    ["nothing", ""],
    ["an empty member", "token="],
    ["a member twice", "token=a&token=b"],
    ["a list in brackets", "token[]=a"],
  ])("refuses %s", async (_name, body) => {
    const response = await post("/form", body);
    expect(response.json()).toMatchObject({ status: 422, code: "invalid_request" });
  });

  it.each(["token=a&client_id=b", "token=a&admin=x&admin=y", "token=a&__proto__=b", "constructor=b&token=a"])(
    "ignores what it does not know: %s",
    async (body) => {
      expect((await post("/form", body)).json()).toEqual({ token: "a" });
    },
  );

  it("stays closed to what it does not know in JSON", async () => {
    expect((await post("/form", '{"token":"a","client_id":"b"}', "application/json")).statusCode).toBe(422);
  });

  it("keeps to the limit of its body, and to its two types", async () => {
    expect((await post("/form", `token=${"x".repeat(2_000)}`)).statusCode).toBe(413);
    expect((await post("/form", "token=x", "text/plain")).statusCode).toBe(415);
  });

  it("leaves every other operation without: a foreign page can send a form unasked", async () => {
    expect((await post("/plain", "token=x")).statusCode).toBe(415);
    expect((await post("/plain", '{"token":"x"}', "application/json")).statusCode).toBe(200);
  });
});

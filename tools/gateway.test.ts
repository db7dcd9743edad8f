import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authOperations } from "@roundtrip/contracts/auth/auth.operations";
import { notifyOperations } from "@roundtrip/contracts/notify/notify.operations";
import type { Operation } from "@roundtrip/contracts/operation";
import { surveyOperations } from "@roundtrip/contracts/survey/survey.operations";
import { freePort } from "@roundtrip/local-postgres/free-port";
import { findCaddy } from "@roundtrip/test-harness/find-caddy";
import { StackProcess } from "@roundtrip/test-harness/stack-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "./house/source-tree.ts";

// The real gateway with the file that production uses, in front of three listeners that say who they are.
const names = ["auth", "survey", "notify"] as const;
type Name = (typeof names)[number];

let folder: string;
let gateway: StackProcess;
let port: number;
const upstreams = new Map<Name, Server>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roundtrip-gateway-"));
  const addresses = await Promise.all(names.map(async (name) => [name, await startUpstream(name)] as const));
  port = await freePort();
  const file = await readFile(join(repositoryRoot, "deploy", "Caddyfile"), "utf8");
  // With an access log, as an operator might want one: what it must not say is tested below.
  await writeFile(join(folder, "Caddyfile"), file.replace("\tencode ", "\tlog\n\tencode "));
  gateway = new StackProcess({
    name: "gateway",
    command: await findCaddy(),
    args: ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")],
    readyUrl: `http://127.0.0.1:${port}/`,
    logFile: join(folder, "gateway.log"),
    env: {
      HOME: folder,
      SITE_ADDRESS: `http://127.0.0.1:${port}`,
      ...Object.fromEntries(addresses.map(([name, at]) => [`${name.toUpperCase()}_UPSTREAM`, `127.0.0.1:${at}`])),
    },
  });
  await gateway.start();
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  for (const server of upstreams.values()) server.close();
  await rm(folder, { recursive: true, force: true });
});

const startUpstream = async (name: Name): Promise<number> => {
  const server = createServer((incoming, answer) => {
    incoming.resume().on("end", () => {
      answer.setHeader("content-type", "application/json");
      answer.setHeader("server", "an upstream");
      answer.end(JSON.stringify({ name, headers: incoming.headers }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  upstreams.set(name, server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("an upstream has no port");
  return address.port;
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: {
    readonly name?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly code?: string;
  };
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const send = (path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: JSON.parse(text || "{}") });
      });
    });
    outgoing.on("error", reject).end(body);
  });

const operations: readonly Operation[] = [...authOperations, ...surveyOperations, ...notifyOperations];

describe("an operation", () => {
  it.each(operations)("$method $path reaches $service-service", async ({ method, path, service }) => {
    const address = path.replace(/:\w+/g, "0192f0c4-7c7a-7000-8000-000000000000");
    expect((await send(address, { method })).body.name).toBe(service);
    expect((await send(`${address}/`, { method })).body.name).toBe(service);
  });
});

describe("a page", () => {
  it.each([
    ...["/", "/gad-7", "/gad-7/recall?auth=x", "/a/token", "/s/code", "/assets/app.js", "/docs", "/openapi.json"],
    // Slugs that begin like a path of another service.
    ...["/signing-study", "/refreshments", "/invitations-2026", "/v2/messages", "/v2/eventful", "/password-resets"],
  ])("%s is survey-service's", async (path) => {
    expect((await send(path)).body.name).toBe("survey");
  });
});

describe("what a sender claims", () => {
  it("does not reach a service: it sees the gateway's own word for where a request comes from", async () => {
    const headers = {
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-real-ip": "203.0.113.7",
      forwarded: "for=203.0.113.7",
    };
    const seen = (await send("/v2/surveys", { headers })).body.headers;
    expect(seen).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": `127.0.0.1:${port}`,
      "x-forwarded-proto": "http",
    });
    expect(Object.keys(seen ?? {})).not.toEqual(expect.arrayContaining(["x-real-ip"]));
    expect(JSON.stringify(seen)).not.toContain("203.0.113.7");
  });

  it("keeps the credentials and the request id", async () => {
    const headers = { "x-auth-token": "a", "x-api-key": "b", authorization: "Bearer c", "x-request-id": "d-d-d-d-d" };
    expect((await send("/v2/me", { headers })).body.headers).toMatchObject(headers);
  });
});

describe("413", () => {
  it("answers a body beyond any operation's limit itself, as a problem", async () => {
    // By one byte: of a longer body the gateway would not read the rest, and reset the connection.
    const answer = await send("/v2/surveys", { method: "POST", body: Buffer.alloc(8_000_001, " ") });
    expect(answer.status).toBe(413);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.body.code).toBe("body_too_large");
  });

  it("leaves what an operation may take, and a little more, to the service", async () => {
    const limit = Math.max(1_048_576, ...operations.map((operation) => operation.bodyLimitBytes ?? 0));
    const answer = await send("/v2/surveys", { method: "POST", body: Buffer.alloc(2 * limit, " ") });
    expect(answer.body.name).toBe("survey");
  });
});

describe("503", () => {
  it("says so, when a service is away for longer than a restart, and logs neither address nor credentials", async () => {
    const away = upstreams.get("notify");
    await new Promise((resolve) => away?.close(resolve));
    const answer = await send("/v2/webhooks?auth=secret-of-mine", { headers: { "x-api-key": "key-of-mine" } });
    expect(answer.status).toBe(503);
    expect(answer.headers).toMatchObject({ "retry-after": "2", "content-type": "application/problem+json" });
    expect(answer.body).toMatchObject({ code: "dependency_unavailable", status: 503 });
    const log = await readFile(join(folder, "gateway.log"), "utf8");
    expect(log).toMatch(/"status":503/);
    expect(log).not.toMatch(/secret-of-mine|key-of-mine|\/v2\/webhooks/);
  });
});

describe("every answer", () => {
  it("keeps quiet about the programs behind it", async () => {
    expect((await send("/")).headers["server"]).toBeUndefined();
  });
});

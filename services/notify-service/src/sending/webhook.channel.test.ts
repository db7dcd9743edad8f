import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openReceiver, type Receiver, status } from "../test/open-receiver.ts";
import { createAddressGuard } from "./address-guard.ts";
import type { Vetting } from "./guarded-connector.ts";
import { createHostAddresses } from "./host-addresses.ts";
import { createWebhookChannel, type WebhookChannel } from "./webhook.channel.ts";

const loopbackAllowed: Vetting = { guard: createAddressGuard(["127.0.0.0/8"]), hosts: createHostAddresses() };
let channel: WebhookChannel;
let receiver: Receiver;
const closers: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  channel = createWebhookChannel(loopbackAllowed);
  receiver = await openReceiver();
});
afterEach(async () => {
  await channel.close();
  await receiver.close();
  for (const close of closers.splice(0)) await close();
});

const send = (
  url: string,
  changes: { timeoutMs?: number; webhookId?: string; headers?: Record<string, string> } = {},
) =>
  channel.send({ webhookId: "w", url, timeoutMs: 2_000, headers: { "webhook-id": "m1" }, body: '{"a":1}', ...changes });

const begin = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx";
const endless = `HTTP/1.1 200 OK\r\nx: ${"y".repeat(40_000)}\r\n`;

/** The pool takes a connection back a turn after its answer has been read; before that it opens another one. */
const connectionFree = () => sleep(20);

/** A server that speaks as badly as the test wants. */
const openRawServer = async (
  onSocket: (socket: Socket) => void,
): Promise<{ readonly url: string; readonly server: Server }> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A TCP server's address is an AddressInfo; only pipes answer with a string.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
};

describe("a request", () => {
  it("carries method, path, query, headers and body as given", async () => {
    const answer = await send(`${receiver.url}?a=b&c=%20#fragment`);
    expect(answer).toEqual({ kind: "answered", statusCode: 204, retryAfter: null, responseHead: "" });
    expect(receiver.arrivals).toMatchObject([
      { method: "POST", path: "/hook?a=b&c=%20", body: '{"a":1}', messageId: "m1" },
    ]);
  });

  it("shares a kept connection with the one before it", async () => {
    const ports = new Set<number | undefined>();
    receiver.answer = (_arrival, response) => {
      ports.add(response.socket?.remotePort);
      response.writeHead(200).end("ok");
    };
    for (let count = 0; count < 3; count += 1) {
      await send(receiver.url);
      await connectionFree();
    }
    expect(ports.size).toBe(1);
    await send(receiver.url, { webhookId: "another" });
    expect(ports.size).toBe(2);
  });

  it("goes out once more when the kept connection turns out to be closed", async () => {
    let requests = 0;
    const { url } = await openRawServer((socket) => {
      let onThisSocket = 0;
      socket.on("data", () => {
        requests += 1;
        onThisSocket += 1;
        if (onThisSocket === 2) socket.end();
        else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
      });
    });
    expect(await send(url)).toMatchObject({ statusCode: 200 });
    await connectionFree();
    expect(await send(url)).toMatchObject({ kind: "answered", statusCode: 200 });
    expect(requests).toBe(3);
  });

  it("follows the webhook to another place", async () => {
    const other = await openReceiver();
    closers.push(() => other.close());
    await send(receiver.url);
    await send(other.url);
    expect([receiver.arrivals.length, other.arrivals.length]).toEqual([1, 1]);
  });
});

describe("an answer", () => {
  it("is kept up to 4 KB, cut anywhere, with NUL and broken characters replaced", async () => {
    receiver.answer = (_arrival, response) => void response.writeHead(500).end(`\u0000${"ü".repeat(3_000)}`);
    const answer = await send(receiver.url);
    if (answer.kind !== "answered") throw new Error("an answer");
    expect(answer.responseHead.startsWith("\uFFFDüü")).toBe(true);
    expect(answer.responseHead).toHaveLength(1 + 2_047 + 1);
  });

  it("is read up to 16 KB however much there is, and is one all the same", async () => {
    let written = 0;
    receiver.answer = async (_arrival, response) => {
      response.writeHead(200);
      while (!response.destroyed && written < 200_000_000) {
        const wantsMore = response.write(Buffer.alloc(65_536, "x"));
        written += 65_536;
        if (!wantsMore) await sleep(1);
      }
    };
    expect(await send(receiver.url)).toMatchObject({
      kind: "answered",
      statusCode: 200,
      responseHead: "x".repeat(4_096),
    });
    await sleep(50);
    expect(written).toBeLessThan(20_000_000);
  });

  it("is not unpacked", async () => {
    receiver.answer = (_arrival, response) =>
      void response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip at all");
    expect(await send(receiver.url)).toMatchObject({ statusCode: 200, responseHead: "not gzip at all" });
  });

  it("that redirects is an answer, and nobody is followed", async () => {
    const other = await openReceiver();
    closers.push(() => other.close());
    receiver.answer = status(302, { location: other.url });
    expect(await send(receiver.url)).toMatchObject({ kind: "answered", statusCode: 302 });
    expect(other.arrivals).toEqual([]);
  });

  it("tells when to come back", async () => {
    receiver.answer = status(503, { "retry-after": "120" });
    expect(await send(receiver.url)).toMatchObject({ statusCode: 503, retryAfter: "120" });
  });
});

describe("what a receiver can do wrong", () => {
  const failed = (error: string, statusCode: number | null = null) => ({ kind: "failed", error, statusCode });

  it.each([
    ["no answer", () => undefined, failed("timeout")],
    ["a body that never ends", (socket: Socket) => socket.write(begin), failed("timeout", 200)],
    ["half a body", (socket: Socket) => socket.end(begin), failed("connection_closed", 200)],
    ["a reset", (socket: Socket) => socket.resetAndDestroy(), failed("connection_closed")],
    ["a closed door", (socket: Socket) => socket.end(), failed("connection_closed")],
    ["another protocol", (socket: Socket) => socket.end("220 smtp.example ESMTP\r\n"), failed("answer_invalid")],
    ["headers without end", (socket: Socket) => socket.write(endless), failed("answer_invalid")],
  ] as const)("%s", async (_name, misbehave, expected) => {
    const { url } = await openRawServer((socket) => socket.once("data", () => misbehave(socket)));
    expect(await send(url, { timeoutMs: 300 })).toEqual(expected);
  });

  it("a body of a byte at a time takes no longer than its time", async () => {
    receiver.answer = async (_arrival, response) => {
      response.writeHead(200);
      for (let count = 0; count < 50 && !response.destroyed; count += 1) {
        response.write("x");
        await sleep(50);
      }
    };
    const startedMs = performance.now();
    expect(await send(receiver.url, { timeoutMs: 300 })).toMatchObject({ error: "timeout", statusCode: 200 });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it("nobody listens", async () => {
    const { url, server } = await openRawServer(() => undefined);
    server.close();
    await once(server, "close");
    expect(await send(url)).toEqual({ kind: "failed", error: "connection_refused", statusCode: null });
  });

  it("no TLS where TLS was asked for", async () => {
    expect(await send(receiver.url.replace("http:", "https:"))).toMatchObject({ kind: "failed", error: "tls_failed" });
  });

  it("a name without address", async () => {
    const hosts = { resolve: async () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" })) };
    channel = createWebhookChannel({ ...loopbackAllowed, hosts });
    expect(await send("http://nobody.example/")).toEqual({
      kind: "failed",
      error: "name_not_resolved",
      statusCode: null,
    });
  });
});

describe("the guard", () => {
  const refused = { kind: "failed", error: "address_not_allowed", statusCode: null };

  it("refuses literals and names without a single packet", async () => {
    channel = createWebhookChannel({ guard: createAddressGuard([]), hosts: createHostAddresses() });
    let connections = 0;
    const { url } = await openRawServer(() => {
      connections += 1;
    });
    const { port } = new URL(url);
    for (const host of [
      "127.0.0.1",
      "2130706433",
      "0x7f.1",
      "[::ffff:127.0.0.1]",
      "localhost",
      "a.localhost",
      "LOCALHOST.",
    ]) {
      expect(await send(`http://${host}:${port}/`)).toEqual(refused);
    }
    expect(connections).toBe(0);
  });

  it("lets localhost through where the loopback is allowed", async () => {
    expect(await send(receiver.url.replace("127.0.0.1", "localhost"))).toMatchObject({ statusCode: 204 });
  });

  it("leaves out the addresses that are not allowed, and uses the others", async () => {
    const addresses = [
      { address: "10.0.0.1", family: 4 },
      { address: "127.0.0.1", family: 4 },
    ] as const;
    channel = createWebhookChannel({ ...loopbackAllowed, hosts: { resolve: async () => addresses } });
    expect(await send(receiver.url.replace("127.0.0.1", "mixed.example"))).toMatchObject({ statusCode: 204 });
  });

  it("asks again for every connection, so that a name cannot change its mind", async () => {
    let answers = 0;
    const resolve = async () => {
      answers += 1;
      return [{ address: answers === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 as const }];
    };
    channel = createWebhookChannel({ ...loopbackAllowed, hosts: { resolve } });
    receiver.answer = status(200, { connection: "close" });
    const url = receiver.url.replace("127.0.0.1", "rebinding.example");
    expect(await send(url)).toMatchObject({ statusCode: 200 });
    expect(await send(url)).toEqual(refused);
  });

  it("looks at the connected socket once more", async () => {
    let questions = 0;
    const guard = {
      allows: () => {
        questions += 1;
        return questions === 1;
      },
    };
    channel = createWebhookChannel({ ...loopbackAllowed, guard });
    expect(await send(receiver.url.replace("127.0.0.1", "localhost"))).toEqual(refused);
    expect(receiver.arrivals).toEqual([]);
  });
});

describe("a fault of our own", () => {
  it("is thrown, not charged to the receiver", async () => {
    await expect(send(receiver.url, { headers: { "webhook-id": "a\nb" } })).rejects.toThrow();
    expect(receiver.arrivals).toEqual([]);
  });

  it("is what closing the channel is to requests in flight", async () => {
    receiver.answer = () => undefined;
    const sending = expect(send(receiver.url)).rejects.toThrow();
    await receiver.received(1);
    await channel.close();
    await sending;
  });
});

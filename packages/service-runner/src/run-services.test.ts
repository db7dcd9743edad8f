import { connect } from "node:net";
import { Writable } from "node:stream";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "./logger.ts";
import { type RunningServices, runServices } from "./run-services.ts";
import type { Service } from "./service.ts";
import { pause } from "./supervise.ts";

const waiting = { timeout: 3_000, interval: 10 };

describe("running services", () => {
  const log: string[] = [];
  const logger = createLogger(
    "test",
    "info",
    new Writable({ write: (chunk, _encoding, done) => done(void log.push(String(chunk))) }),
  );
  let running: RunningServices | undefined;
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    log.length = 0;
  });

  const start = async (parts: Partial<Service>, closed: string[] = []) => {
    const service: Service = {
      name: "one",
      http: async () => undefined,
      workers: [],
      readiness: [],
      close: async () => void closed.push("one"),
      ...parts,
    };
    const first: Service = {
      ...service,
      name: "zero",
      http: async () => undefined,
      workers: [],
      readiness: [],
      close: async () => void closed.push("zero"),
    };
    running = await runServices({
      services: [first, service],
      host: "127.0.0.1",
      port: 0,
      internalHost: "127.0.0.1",
      internalPort: 0,
      trustProxy: [],
      logger,
    });
    return running;
  };
  const getHealth = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${running?.internalPort}${path}`);
    return { status: answer.status, text: await answer.text() };
  };

  it("says which dependency is down, and is alive all the same", async () => {
    let up = false;
    const check = async () => {
      if (!up) throw new Error("refused");
    };
    await start({ readiness: [{ name: "database", check }] });
    const down = await getHealth("/health/ready");
    expect([down.status, JSON.parse(down.text)]).toEqual([
      503,
      { status: "unready", dependencies: { database: "down" }, failing: [] },
    ]);
    expect((await getHealth("/health/live")).status).toBe(200);
    up = true;
    expect((await getHealth("/health/ready")).status).toBe(200);
  });

  it("shows metrics for Prometheus", async () => {
    await start({});
    expect((await getHealth("/metrics")).text).toContain("process_cpu_seconds_total");
  });

  it("starts a loop again that threw, and says so in readiness", async () => {
    let runs = 0;
    const run = async (signal: AbortSignal) => {
      runs += 1;
      if (runs < 3) throw new Error("tripped");
      await pause(60_000, signal);
    };
    await start({ workers: [{ name: "tripping", run }] });
    await vi.waitFor(() => expect(runs).toBe(3), waiting);
    expect(JSON.parse((await getHealth("/health/ready")).text).failing).toEqual(["tripping"]);
  });

  it("finishes the request in flight before it closes the services, last in first out", async () => {
    const closed: string[] = [];
    let arrived = false;
    const http: Service["http"] = async (app) => {
      app.get("/slow", async () => {
        arrived = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
        return { closed: [...closed] };
      });
    };
    const { port, stop } = await start({ http }, closed);
    const answer = fetch(`http://127.0.0.1:${port}/slow`);
    await vi.waitFor(() => expect(arrived).toBe(true), waiting);
    await stop();
    running = undefined;
    expect(await (await answer).json()).toEqual({ closed: [] });
    expect(closed).toEqual(["one", "zero"]);
  });

  it.each([
    [
      "headers beyond 16 KB",
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${"a".repeat(20_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
    ["what is no HTTP", "HELLO\r\n\r\n", 400, "malformed_http"],
  ])("answers %s with a problem and hangs up", async (_name, sent, status, code) => {
    const { port } = await start({});
    const socket = connect(port, "127.0.0.1");
    socket.write(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    const [head, body] = Buffer.concat(chunks).toString().split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body ?? "")).toMatchObject({ status, code });
  });

  it("logs the pattern of a route, never the address with what it may hold", async () => {
    const http: Service["http"] = async (app) => {
      app.get("/a/:token", async () => ({ ok: true }));
    };
    const { port } = await start({ http });
    await fetch(`http://127.0.0.1:${port}/a/very-secret-token`, { headers: { authorization: "Bearer also-secret" } });
    await vi.waitFor(() => expect(log.join("")).toContain("/a/:token"), waiting);
    expect(log.join("")).not.toContain("secret");
  });
});

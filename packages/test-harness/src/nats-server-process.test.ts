import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type NatsServerOptions, type NatsServerProcess, startNatsServer } from "./nats-server-process.ts";

const servers: NatsServerProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const start = async (options?: NatsServerOptions): Promise<NatsServerProcess> => {
  const server = await startNatsServer(options);
  servers.push(server);
  return server;
};

describe("a private nats-server", () => {
  it("answers with JetStream when start returns", async () => {
    const server = await start();
    expect(await greeting(server.port)).toMatchObject({ jetstream: true });
  });

  it("keeps its address through kill -9, a restart and a lost disk, as a new process each time", async () => {
    const server = await start();
    const { url } = server;
    const pids = [server.pid];
    await server.restart();
    pids.push(server.pid);
    await server.loseDisk();
    pids.push(server.pid);
    expect(new Set(pids).size).toBe(3);
    expect(server.url).toBe(url);
    expect(await greeting(server.port)).toMatchObject({ jetstream: true });
  });

  it("refuses connections while it is stopped", async () => {
    const server = await start();
    await server.stop();
    expect(server.pid).toBeNull();
    await expect(greeting(server.port)).rejects.toThrow("ECONNREFUSED");
  });

  it("gives two callers two servers", async () => {
    const [one, other] = await Promise.all([start(), start()]);
    expect(one.port).not.toBe(other.port);
  });

  it("takes more configuration", async () => {
    const server = await start({ configuration: "max_payload: 2048" });
    expect(await greeting(server.port)).toMatchObject({ max_payload: 2_048 });
  });

  it("says what the server said when it does not start", async () => {
    await expect(startNatsServer({ configuration: "nonsense {" })).rejects.toThrow(
      /nats-server did not start:[\s\S]+Parse error/,
    );
  });

  it("leaves no process behind", async () => {
    const server = await start();
    const { pid } = server;
    await server.close();
    if (pid === null) throw new Error("the server ran");
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

const greeting = (port: number): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(JSON.parse(data.toString().slice("INFO ".length)));
    });
  });

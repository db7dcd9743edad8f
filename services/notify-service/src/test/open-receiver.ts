import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Webhook } from "standardwebhooks";

export interface Arrival {
  readonly atMs: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `webhook-id`. */
  readonly messageId: string;
}

export type Answer = (arrival: Arrival, response: ServerResponse) => void | Promise<void>;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly arrivals: Arrival[];
  /** What is answered from now on; 204 at first. */
  answer: Answer;
  /** Waits until this many have come, and answers all of them. */
  received(count: number, timeoutMs?: number): Promise<readonly Arrival[]>;
  close(): Promise<void>;
}

/** A customer's receiver: a real HTTP server on the loopback that keeps what comes. */
export const openReceiver = async (): Promise<Receiver> => {
  const arrivals: Arrival[] = [];
  const server = createServer(async (request, response) => {
    const arrival = await readArrival(request);
    arrivals.push(arrival);
    await receiver.answer(arrival, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  // A TCP server's address is an AddressInfo; only pipes answer with a string.
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    arrivals,
    answer: (_arrival, response) => void response.writeHead(204).end(),
    received: async (count, timeoutMs = 10_000) => {
      await until(() => arrivals.length >= count, `${count} arrivals, not ${arrivals.length}`, timeoutMs);
      return arrivals;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
};

const readArrival = async (request: IncomingMessage): Promise<Arrival> => {
  const atMs = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    atMs,
    path: request.url ?? "",
    method: request.method ?? "",
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
    messageId: headers["webhook-id"] ?? "",
  };
};

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_arrival, response) =>
    void response.writeHead(code, headers).end();

/** Throws unless the public library accepts the request. */
export const verify = (secret: string, arrival: Arrival): unknown =>
  new Webhook(secret).verify(arrival.body, { ...arrival.headers });

/** Looks every few milliseconds; throws when it has not come true in time. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> => {
  const endMs = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`in vain: ${what}`);
    await sleep(5);
  }
};

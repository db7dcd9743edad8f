import type { Dispatcher } from "undici";
import type { Answer } from "../deliveries/delivery.rules.ts";
import { failureOf } from "./failure.ts";
import { createGuardedConnector, type Vetting } from "./guarded-connector.ts";
import { createWebhookPools, type WebhookPools } from "./webhook-pools.ts";

export interface WebhookRequest {
  readonly webhookId: string;
  readonly url: string;
  /** From the first packet to the last byte that is read. */
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookChannel {
  /** Throws only when the fault is ours; everything a receiver can do wrong is an answer. */
  send(request: WebhookRequest): Promise<Answer>;
  /** Ends every request; those in flight throw. */
  close(): Promise<void>;
}

/** More than this is not read: an answer of any size costs the same. */
const readBytesMax = 16_384;
const keepBytesMax = 4_096;

/**
 * The way to customers' receivers. `undici.request` on a pool per webhook; no redirects, no decompression, nothing from
 * the environment (proxies) between the guard and the socket.
 */
export const createWebhookChannel = (vetting: Vetting): WebhookChannel => {
  const pools = createWebhookPools(createGuardedConnector(vetting));
  return { send: (request) => sendRequest(pools, request), close: () => pools.close() };
};

class DeadlinePassed extends Error {
  readonly code = "DEADLINE_PASSED";
}

const sendRequest = async (pools: WebhookPools, request: WebhookRequest): Promise<Answer> => {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DeadlinePassed("too slow")), request.timeoutMs);
  let statusCode: number | null = null;
  try {
    const response = await post(pools, request, deadline.signal);
    statusCode = response.statusCode;
    const retryAfter = response.headers["retry-after"];
    return {
      kind: "answered",
      statusCode,
      retryAfter: typeof retryAfter === "string" ? retryAfter : null,
      responseHead: await readHead(response.body),
    };
  } catch (error) {
    const failure = failureOf(error);
    if (failure === null) throw error;
    return { kind: "failed", error: failure, statusCode };
  } finally {
    clearTimeout(timer);
  }
};

const post = async (
  pools: WebhookPools,
  request: WebhookRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> => {
  const url = new URL(request.url);
  const send = () =>
    pools.poolFor(request.webhookId, url.origin).request({
      method: "POST",
      path: url.pathname + url.search,
      headers: request.headers,
      body: request.body,
      signal,
    });
  try {
    return await send();
  } catch (error) {
    if (!wasClosedWhileIdle(error)) throw error;
    return send();
  }
};

/**
 * A kept-alive connection that the receiver closed just as the request went out: it had carried answers before. The
 * receiver did nothing wrong and a duplicate has the same id, so the request goes out once more, on a new connection.
 */
const wasClosedWhileIdle = (error: unknown): boolean => {
  if (!(error instanceof Error) || !("socket" in error)) return false;
  const { socket } = error;
  if (typeof socket !== "object" || socket === null || !("bytesRead" in socket)) return false;
  return typeof socket.bytesRead === "number" && socket.bytesRead > 0;
};

/** Reads at most 16 KB and keeps at most 4 KB. Leaving the loop early closes the connection. */
const readHead = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const kept: Buffer[] = [];
  let read = 0;
  for await (const chunk of body) {
    if (read < keepBytesMax) kept.push(chunk.subarray(0, keepBytesMax - read));
    read += chunk.length;
    if (read >= readBytesMax) break;
  }
  // Postgres takes no NUL in a text.
  return Buffer.concat(kept).toString("utf8").replaceAll("\u0000", "\uFFFD");
};

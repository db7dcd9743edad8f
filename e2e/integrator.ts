import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";

/** What a third party's receiver has got: the raw bytes, so that signatures and duplicates can be compared. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly webhooks: ReceivedWebhook[];
  /** Addresses that people came back to. */
  readonly returns: URL[];
  stop(): Promise<void>;
}

/** A third party's server: takes webhooks at `/hook` and people at `/back`. */
export const startReceiver = async (): Promise<Receiver> => {
  const webhooks: ReceivedWebhook[] = [];
  const returns: URL[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (request.method === "POST") {
      webhooks.push({ id: String(request.headers["webhook-id"]), headers: textHeaders(request), body });
      response.writeHead(204).end();
    } else {
      if (request.url?.startsWith("/back")) returns.push(new URL(request.url, "http://localhost"));
      response.writeHead(200, { "content-type": "text/html" }).end("<h1>Welcome back</h1>");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server that listens has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    webhooks,
    returns,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
};

const textHeaders = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

export type Json = Record<string, unknown>;
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** One HTTP call; a body of `undefined` sends none. */
export const call = async (
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> => {
  const answer = await fetch(url, {
    method: options.method ?? (options.body === undefined ? "GET" : "POST"),
    headers: { ...options.headers, ...(options.body === undefined ? {} : { "content-type": "application/json" }) },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    redirect: "manual",
  });
  const text = await answer.text();
  const body: unknown = text === "" ? {} : JSON.parse(text);
  return { status: answer.status, headers: answer.headers, body: { ...(typeof body === "object" ? body : {}) } };
};

export const expectStatus = async (status: number, answering: Promise<Answer>): Promise<Answer> => {
  const answer = await answering;
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
};

export interface Study {
  readonly url: string;
  readonly slug: string;
  readonly surveySecret: string;
  readonly webhookSecret: string;
  readonly webhookId: string;
  readonly machine: Readonly<Record<string, string>>;
}

const definition = {
  title: "How was your visit?",
  pages: [
    {
      name: "visit",
      elements: [
        {
          type: "radiogroup",
          name: "mood",
          title: "How do you feel today?",
          isRequired: true,
          choices: ["well", "so-so", "unwell"],
        },
        { type: "text", name: "note", title: "Anything else?", maxLength: 200 },
      ],
    },
  ],
};

/** Everything a customer sets up before the first person comes, through the public API. */
export const setUpStudy = async (
  system: { readonly url: string; readonly admin: { readonly email: string; readonly password: string } },
  receiver: Receiver,
  slug: string,
): Promise<Study> => {
  const { url, admin } = system;
  const signedIn = await expectStatus(
    200,
    call(`${url}/signin`, { body: { email: admin.email, password: admin.password } }),
  );
  const refreshed = await expectStatus(
    200,
    call(`${url}/refresh`, { method: "POST", headers: { "x-auth-token": String(signedIn.body["refreshToken"]) } }),
  );
  const staff = { authorization: `Bearer ${String(refreshed.body["accessToken"])}`, "x-workspace": "dev" };
  const key = await expectStatus(
    201,
    call(`${url}/v2/api-keys`, { headers: staff, body: { name: "e2e", environment: "dev" } }),
  );
  const machine = { "x-api-key": String(key.body["key"]) };
  const settings = {
    user_generation: { mode: "jwt" },
    personal_identifiers: true,
    custom_fields: true,
    redirect: {
      url: `${receiver.url}/back?who={username}`,
      timer: 1,
      target: "_self",
      ticket: "jwt",
      allowed_origins: [receiver.url],
    },
  };
  await expectStatus(
    201,
    call(`${url}/v2/surveys`, {
      headers: machine,
      body: { slug, name: "Visit", state: "active", support_email: "help@example.org", definition, settings },
    }),
  );
  const secret = await expectStatus(201, call(`${url}/v2/surveys/${slug}/jwt-secret`, { headers: machine, body: {} }));
  const webhook = await expectStatus(
    201,
    call(`${url}/v2/webhooks`, {
      headers: machine,
      body: { url: `${receiver.url}/hook`, event_types: ["session.completed"], format: "standard", payload: "thin" },
    }),
  );
  return {
    url,
    slug,
    machine,
    surveySecret: String(secret.body["secret"]),
    webhookSecret: String(webhook.body["secret"]),
    webhookId: String(webhook.body["webhook_id"]),
  };
};

export const signCreateUserToken = (study: Study, claims: Json): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("10m")
    .setAudience(study.url)
    .setSubject(study.slug)
    .sign(new TextEncoder().encode(study.surveySecret));

/**
 * A whole pass without a browser: created, signed in, started, submitted. Each step is done again for `patienceMs` while it
 * fails, as a client does that gets no answer: the same session is submitted again, not a new one. Answers the submission.
 */
export const completeWithoutBrowser = async (study: Study, username: string, patienceMs = 0): Promise<Json> => {
  const base = `${study.url}/surveys/${study.slug}`;
  const step = (path: string, options: Parameters<typeof call>[1]) =>
    untilDone(() => expectStatus(200, call(path, options)), patienceMs);
  const token = await signCreateUserToken(study, { username });
  const created = await step(`${base}/create-user`, { body: { token } });
  const signedIn = await step(`${study.url}/signin/token/${String(created.body["authToken"])}`, { method: "POST" });
  const refreshed = await step(`${study.url}/refresh`, {
    method: "POST",
    headers: { "x-auth-token": String(signedIn.body["refreshToken"]) },
  });
  const headers = { authorization: `Bearer ${String(refreshed.body["accessToken"])}` };
  const session = await step(`${base}/session`, { method: "POST", headers });
  const submission = { sessionId: session.body["sessionId"], data: { mood: "well" } };
  return (await step(`${base}/submission`, { headers, body: submission })).body;
};

/** Does it again until it works, as a client does that gets 502, 503 or no answer at all. */
const untilDone = async <T>(work: () => Promise<T>, withinMs: number): Promise<T> => {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import Fastify, { type FastifyInstance } from "fastify";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { PortalConfig } from "./config.ts";
import { createExchanges, readToken } from "./exchanges.ts";
import { createPatients, type SessionEvent } from "./patients.ts";
import { createRoundtrip } from "./roundtrip.ts";

const assets = { "portal.css": "text/css", "portal.js": "text/javascript", "icon.svg": "image/svg+xml" };
const read = (file: string): string => readFileSync(new URL(`../public/${file}`, import.meta.url), "utf8");
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const page = (content: string, values: Readonly<Record<string, string>>): string =>
  read("page.html")
    .replace("{{content}}", () => read(content))
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ""));

const verdicts = {
  genuine: ["Welcome back", "Your ticket is genuine, it came in time, and it has now been used up."],
  used: ["This ticket has been used already", "It was genuine, but it counts only once. Nothing has changed."],
  expired: ["This ticket has expired", "It was good for five minutes. Your answers are safe: a webhook brings them."],
  forged: ["This ticket is not genuine", "Its signature or its contents are wrong, so we do not believe what it says."],
  missing: ["Welcome", "You came without a ticket, so we cannot tell who sent you."],
  unchecked: ["We could not check this ticket", "Roundtrip could not be asked just now. Please load this page again."],
} as const;

/** The clinic's site: sends patients in, hears by webhook when they are done, and checks who comes back. */
export const createPortal = (config: PortalConfig): FastifyInstance => {
  const app = Fastify({ bodyLimit: 65_536, forceCloseConnections: true });
  const watchers = new Set<ServerResponse>();
  const push = (event: string, data: unknown): void => {
    for (const watcher of watchers) watcher.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const exchanges = createExchanges((exchange) => push("exchange", exchange));
  const roundtrip = createRoundtrip(config, exchanges);
  const patients = createPatients({ ...roundtrip, onChange: (list) => push("patients", list) });
  const webhook = new Webhook(config.webhookSecret);

  // The signature covers the bytes, so the body stays text until it has been verified.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.addHook("onSend", async (_request, reply) => {
    reply.headers({ "content-security-policy": "default-src 'self'", "referrer-policy": "no-referrer" });
  });
  app.get("/", (_request, reply) => reply.type("text/html").send(page("patients.html", { title: "Patients" })));
  app.get("/requests", (_request, reply) => reply.type("text/html").send(page("requests.html", { title: "Requests" })));
  for (const [file, type] of Object.entries(assets)) {
    app.get(`/public/${file}`, (_request, reply) => reply.type(type).send(read(file)));
  }

  app.post<{ Params: { id: string } }>("/patients/:id/start", async (request, reply) => {
    const patient = patients.find("id", request.params.id);
    if (patient === undefined) return reply.code(404).send("There is no such patient.");
    return reply.redirect(await roundtrip.createEntryUrl(patient), 303);
  });

  app.post<{ Body: string }>("/webhooks/roundtrip", async ({ headers, body }, reply) => {
    const step = { way: "Roundtrip to portal", request: "POST /webhooks/roundtrip", requestHeaders: headers } as const;
    try {
      // `verify` lets through only what Roundtrip has signed, and its event catalogue describes that.
      const event = webhook.verify(body ?? "", headers as Record<string, string>) as SessionEvent;
      exchanges.record({
        ...step,
        title: `Told by webhook: ${event.type}`,
        requestBody: event,
        response: "The signature is right",
      });
      await patients.learnOnce(String(headers["webhook-id"]), event);
      return await reply.code(204).send();
    } catch (error) {
      // Anything but a wrong signature is our own trouble: Roundtrip sends the webhook again later.
      if (!(error instanceof WebhookVerificationError)) return reply.code(503).send("Please send it again.");
      exchanges.record({
        ...step,
        title: "A webhook was refused",
        requestBody: body,
        response: `400 ${error.message}`,
      });
      return reply.code(400).send("The signature does not match.");
    }
  });

  app.get<{ Querystring: { ticket?: string } }>("/return", async ({ query, url }, reply) => {
    const ticket = query.ticket ?? "";
    const { kind, claims } = await roundtrip.verifyTicket(ticket);
    const [title, text] = verdicts[kind];
    const step = {
      title: "The patient's browser comes back",
      way: "patient's browser",
      request: `GET ${url}`,
    } as const;
    exchanges.record({ ...step, token: readToken(ticket), response: `200 ${title}` });
    const name = patients.find("username", claims?.["username"])?.name;
    const values = { kind, text, title: name ? `${title}, ${name}` : title };
    return reply.type("text/html").send(page("return.html", values));
  });

  app.get("/events", (_request, reply) => {
    const snapshot = JSON.stringify({ patients: patients.list(), exchanges: exchanges.list() });
    reply.hijack().raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    watchers.add(reply.raw.on("close", () => watchers.delete(reply.raw)));
    reply.raw.write(`event: snapshot\ndata: ${snapshot}\n\n`);
  });
  return app;
};

import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it } from "vitest";
import { gad7Definition, gad7Items, scoreGad7 } from "./gad-7.ts";
import { createPortal } from "./portal.ts";

const secrets = {
  surveySecret: "a-survey-secret-of-32-bytes-or-more",
  apiKey: "rt_dev_0123456789abcdef",
  webhookSecret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};
const answers = Object.fromEntries(gad7Items.map((item) => [item, 2]));

const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const listen = async (app: FastifyInstance): Promise<string> => {
  apps.push(app);
  await app.listen({ port: 0, host: "127.0.0.1" });
  // A server that listens on TCP has an address with a port.
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
};

/** The few public routes of Roundtrip that an integrator uses, with real keys. */
const startRoundtrip = async () => {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "key-1", alg: "ES256", use: "sig" };
  const burned = new Set<string>();
  const state = { away: false, submissionsRead: 0, jwksBroken: false };
  const app = Fastify({ forceCloseConnections: true });
  app.addHook("onRequest", async (request, reply) => {
    if (state.away) return reply.code(503).send({ code: "dependency_unavailable" });
    if (request.url.startsWith("/v2") && request.headers["x-api-key"] !== secrets.apiKey)
      return reply.code(401).send({});
    return undefined;
  });
  app.get("/.well-known/jwks.json", (_request, reply) =>
    state.jwksBroken ? reply.code(500).send({}) : reply.send({ keys: [jwk] }),
  );
  app.get("/v2/submissions/:id", async (request) => {
    state.submissionsRead += 1;
    return { submission_id: (request.params as { id: string }).id, data: answers, scores: {} };
  });
  app.post<{ Body: { ticket: string } }>("/v2/return-tickets/verify", async (request, reply) => {
    const { payload } = await jwtVerify(request.body.ticket, publicKey);
    if (burned.has(String(payload.jti))) return reply.code(409).send({ code: "ticket_already_used" });
    burned.add(String(payload.jti));
    return { valid: true, ...payload };
  });
  const url = await listen(app);
  const sign = (claims: JWTPayload, { typ = "return-ticket+jwt", key = privateKey, exp = "5 minutes" } = {}) =>
    new SignJWT({ username: "riverside-1001", status: "completed", jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "key-1", typ })
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(key);
  return { url, state, sign };
};

const open = async () => {
  const roundtrip = await startRoundtrip();
  const config = { ...secrets, publicUrl: "http://portal.example", roundtripUrl: roundtrip.url, surveySlug: "gad-7" };
  const url = await listen(createPortal(config));
  const ticket = (claims: JWTPayload = {}, options = {}) =>
    roundtrip.sign({ iss: roundtrip.url, aud: "http://portal.example", ...claims }, options);
  const comeBack = async (value: string): Promise<string> =>
    (await fetch(`${url}/return?ticket=${encodeURIComponent(value)}`)).text();
  return { url, roundtrip, ticket, comeBack };
};

interface Delivery {
  readonly id?: string;
  readonly type?: string;
  readonly sequence?: number;
  readonly session?: string;
  readonly secret?: string;
}

const deliver = async (url: string, delivery: Delivery = {}): Promise<number> => {
  const { id = randomUUID(), type = "session.completed", sequence = 4, session = "s-1", secret } = delivery;
  const submission = type === "session.completed" ? "submission-1" : null;
  const data = { session_id: session, username: "riverside-1001", sequence, submission_id: submission };
  const at = new Date();
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const answer = await fetch(`${url}/webhooks/roundtrip`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret ?? secrets.webhookSecret).sign(id, at, body),
    },
  });
  return answer.status;
};

/** What a browser that opens the page now is told. */
const snapshot = async (url: string) => {
  const stop = new AbortController();
  const answer = await fetch(`${url}/events`, { signal: stop.signal });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n\n")) text += (await reader?.read())?.value ?? "";
  stop.abort();
  // The portal's own stream: `createPatients` and `createExchanges` say what is in it.
  return JSON.parse(text.slice(text.indexOf("data: ") + 6, text.indexOf("\n\n"))) as {
    patients: { username: string; state: string; score: number | null }[];
    exchanges: { title: string; request: string; response: string }[];
  };
};

const maya = async (url: string) =>
  (await snapshot(url)).patients.find(({ username }) => username === "riverside-1001");

describe("sending a patient in", () => {
  it("redirects to Roundtrip with a token that the survey's secret verifies, good for ten minutes", async () => {
    const { url, roundtrip } = await open();
    const answer = await fetch(`${url}/patients/1001/start`, { method: "POST", redirect: "manual" });
    expect(answer.status).toBe(303);
    const entry = new URL(answer.headers.get("location") ?? "");
    expect(entry.origin).toBe(roundtrip.url);
    expect(entry.search).toBe("?redirect=recall");
    const [, slug, page, token = ""] = entry.pathname.split("/");
    expect([slug, page]).toEqual(["gad-7", "create-user"]);
    const secret = new TextEncoder().encode(secrets.surveySecret);
    const { payload } = await jwtVerify(token, secret, {
      audience: roundtrip.url,
      subject: "gad-7",
      algorithms: ["HS256"],
    });
    expect(payload).toMatchObject({ username: "riverside-1001", name: "Maya Lindqvist" });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
  });

  it("takes the empty form that a browser posts, and knows its own patients only", async () => {
    const { url } = await open();
    const form = {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    } as const;
    expect((await fetch(`${url}/patients/1002/start`, form)).status).toBe(303);
    expect((await fetch(`${url}/patients/9/start`, form)).status).toBe(404);
  });
});

describe("webhooks", () => {
  it("follows a patient from invited to done and shows the score", async () => {
    const { url } = await open();
    expect(await maya(url)).toMatchObject({ state: "invited", score: null });
    expect(await deliver(url, { type: "session.started", sequence: 3 })).toBe(204);
    expect(await maya(url)).toMatchObject({ state: "answering", score: null });
    expect(await deliver(url)).toBe(204);
    expect(await maya(url)).toMatchObject({ state: "done", score: 14 });
  });

  it("refuses what another secret has signed, and changes nothing", async () => {
    const { url } = await open();
    expect(
      await deliver(url, { secret: `whsec_${Buffer.from("another secret of some length").toString("base64")}` }),
    ).toBe(400);
    const bare = await fetch(`${url}/webhooks/roundtrip`, { method: "POST", body: "{}" });
    expect(bare.status).toBe(400);
    expect(await maya(url)).toMatchObject({ state: "invited" });
  });

  it("learns from each id once, even when it comes twice at the same time", async () => {
    const { url, roundtrip } = await open();
    const statuses = await Promise.all([deliver(url, { id: "w-1" }), deliver(url, { id: "w-1" })]);
    expect([...statuses, await deliver(url, { id: "w-1" })]).toEqual([204, 204, 204]);
    expect(roundtrip.state.submissionsRead).toBe(1);
  });

  it("is not set back by news that come late", async () => {
    const { url } = await open();
    await deliver(url);
    expect(await deliver(url, { type: "session.opened", sequence: 2 })).toBe(204);
    expect(await maya(url)).toMatchObject({ state: "done" });
    await deliver(url, { type: "session.opened", sequence: 2, session: "s-2" });
    expect(await maya(url)).toMatchObject({ state: "answering" });
  });

  it("asks for the webhook again while the answers cannot be fetched", async () => {
    const { url, roundtrip } = await open();
    roundtrip.state.away = true;
    expect(await deliver(url, { id: "w-1" })).toBe(503);
    expect(await maya(url)).toMatchObject({ state: "invited" });
    roundtrip.state.away = false;
    expect(await deliver(url, { id: "w-1" })).toBe(204);
    expect(await maya(url)).toMatchObject({ state: "done", score: 14 });
  });
});

describe("coming back", () => {
  it("welcomes the holder of a genuine ticket by name, once", async () => {
    const { ticket, comeBack } = await open();
    const mine = await ticket();
    expect(await comeBack(mine)).toContain("Welcome back, Maya Lindqvist");
    const again = await comeBack(mine);
    expect(again).toContain("has been used already");
    expect(again).not.toContain("Maya");
  });

  it("says that a ticket has expired", async () => {
    const { ticket, comeBack } = await open();
    expect(await comeBack(await ticket({}, { exp: "-1 second" }))).toContain("This ticket has expired");
  });

  it("does not believe a ticket of another key, kind, issuer or audience, or no ticket at all", async () => {
    const { ticket, comeBack } = await open();
    const { privateKey: key } = await generateKeyPair("ES256");
    const genuine = await ticket();
    const forgeries = [
      await ticket({}, { key }),
      await ticket({}, { typ: "at+jwt" }),
      await ticket({ iss: "https://elsewhere.example" }),
      await ticket({ aud: "https://elsewhere.example" }),
      `${genuine.slice(0, -4)}AAAA`,
      "<script>alert(1)</script>",
    ];
    for (const forgery of forgeries) expect(await comeBack(forgery), forgery).toContain("This ticket is not genuine");
    expect(await comeBack("")).toContain("You came without a ticket");
  });

  it("admits when it cannot check, and can once Roundtrip is back", async () => {
    const { roundtrip, ticket, comeBack } = await open();
    const mine = await ticket();
    roundtrip.state.jwksBroken = true;
    expect(await comeBack(mine)).toContain("We could not check this ticket");
    roundtrip.state.jwksBroken = false;
    expect(await comeBack(mine)).toContain("Welcome back");
  });
});

describe("what is shown", () => {
  it("records every step and never a secret, a whole token or a ticket", async () => {
    const { url, ticket, comeBack } = await open();
    await fetch(`${url}/patients/1001/start`, { method: "POST", redirect: "manual" });
    await deliver(url);
    const mine = await ticket();
    await comeBack(mine);
    const { exchanges } = await snapshot(url);
    expect(exchanges.map(({ title }) => title).reverse()).toEqual([
      "Send Maya Lindqvist into the survey",
      "Told by webhook: session.completed",
      "Fetch the answers",
      "Get the keys that sign return tickets",
      "Use the return ticket up",
      "The patient's browser comes back",
    ]);
    const shown = JSON.stringify(exchanges);
    for (const secret of [...Object.values(secrets), mine]) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/eyJ[\w-]+\.[\w-]+/);
    expect(shown).toContain("return-ticket+jwt");
  });

  it("serves its pages and their parts", async () => {
    const { url } = await open();
    for (const path of ["/", "/requests", "/public/portal.css", "/public/portal.js", "/public/icon.svg"]) {
      const answer = await fetch(url + path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).not.toContain("{{");
    }
  });
});

describe("scoreGad7", () => {
  it("adds up the seven items, and nothing else", () => {
    expect(scoreGad7({ ...answers, gad7_difficulty: 3 })).toBe(14);
    expect(scoreGad7(Object.fromEntries(gad7Items.map((item) => [item, 0])))).toBe(0);
    expect(scoreGad7({ ...answers, gad7_3: undefined })).toBeNull();
    expect(scoreGad7({ ...answers, gad7_3: 4 })).toBeNull();
    expect(scoreGad7({ ...answers, gad7_3: "2" })).toBeNull();
  });

  it("asks the seven items and the one that is not scored, each by its own name", () => {
    const names = gad7Definition.pages[0]?.elements.map(({ name }) => name);
    expect(names).toEqual([...gad7Items, "gad7_difficulty"]);
    expect(gad7Definition.calculatedValues[0]?.expression).toBe(gad7Items.map((item) => `{${item}}`).join(" + "));
  });
});

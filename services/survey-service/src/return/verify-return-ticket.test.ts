import { ticketKeyCreated } from "@roundtrip/contracts/survey/ticket-key-created.event";
import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { describe, expect, it } from "vitest";
import { openSurveyService, publicUrl, useSurveyService } from "../test/open-survey-service.ts";
import { lowAnswers, openScene, type SceneOptions } from "../test/session-scene.ts";

let now = new Date();
const masterKey = createKeyringText();
const { service, database } = useSurveyService({ clock: () => now, env: { MASTER_KEY: masterKey } });

const redirect = {
  url: "https://clinic.example/done?u={identifier}&x=1#end",
  identifier: "username",
  allowed_origins: ["https://clinic.example", "https://other.example"],
};

/** Someone has handed in and holds the address that leads back. */
const finish = async (options: SceneOptions = {}, claims = {}) => {
  const scene = await openScene(service(), { settings: { redirect }, ...options });
  const person = await scene.sit(claims);
  const sessionId = await person.begin();
  const submitted = await person.submit(sessionId, lowAnswers);
  const followUpUrl: string | null = submitted.json().followUpUrl;
  const ticket = followUpUrl === null ? "" : (new URL(followUpUrl).searchParams.get("ticket") ?? "");
  const verify = (text: unknown = ticket) => scene.ask("POST", "/v2/return-tickets/verify", { ticket: text });
  return { scene, person, sessionId, submitted, followUpUrl, ticket, verify };
};

const storedKeys = async () => {
  const { rows } = await service().db.pool.query("SELECT kid, public_jwk, sealed_private FROM ticket_keys");
  return rows;
};

describe("the way back", () => {
  it("carries a ticket that anyone can verify with the public key", async () => {
    const { followUpUrl, ticket, sessionId, submitted, person, scene } = await finish();
    expect(followUpUrl).toBe(`https://clinic.example/done?u=${person.username}&x=1&ticket=${ticket}#end`);
    const [key] = await storedKeys();
    expect(key.public_jwk).toMatchObject({
      kty: "EC",
      crv: "P-256",
      alg: "ES256",
      use: "sig",
      kid: key.kid,
      roundtrip_use: "return_ticket",
    });
    expect(key.public_jwk).not.toHaveProperty("d");
    expect(decodeProtectedHeader(ticket)).toEqual({ alg: "ES256", typ: "return-ticket+jwt", kid: key.kid });
    const verified = await jwtVerify(ticket, createLocalJWKSet({ keys: [key.public_jwk] }), {
      issuer: publicUrl,
      audience: "https://clinic.example",
      typ: "return-ticket+jwt",
    });
    const iat = Math.floor(now.getTime() / 1_000);
    expect(verified.payload).toEqual({
      iss: publicUrl,
      aud: "https://clinic.example",
      sub: sessionId,
      username: person.username,
      external_user_id: null,
      survey: scene.slug,
      status: "completed",
      sequence: 3,
      state: null,
      submission_id: submitted.json().submission.id,
      jti: expect.any(String),
      iat,
      exp: iat + 300,
    });
  });

  it("holds no credential of the respondent", async () => {
    const { followUpUrl, person, scene } = await finish();
    const { rows } = await service().db.pool.query("SELECT token_digest FROM respondents WHERE respondent_id = $1", [
      person.respondentId,
    ]);
    const { json } = await scene.ask("GET", `/v2/surveys/${scene.surveyId}/respondents/${person.username}`);
    const shown = JSON.stringify(json());
    const token = /\/a\/([^"?]+)/.exec(shown)?.[1] ?? "";
    expect(token.length).toBeGreaterThan(20);
    expect(followUpUrl).not.toContain(token);
    expect(followUpUrl).not.toContain(rows[0].token_digest);
    expect(JSON.stringify(decodeJwt(new URL(followUpUrl ?? "").searchParams.get("ticket") ?? ""))).not.toContain(token);
  });

  it("gets a fresh ticket when the same submission is asked for again", async () => {
    const { person, sessionId, ticket, verify } = await finish();
    const again = await person.submit(sessionId, lowAnswers);
    const second = new URL(again.json().followUpUrl).searchParams.get("ticket") ?? "";
    expect(decodeJwt(second).jti).not.toBe(decodeJwt(ticket).jti);
    expect((await verify(ticket)).statusCode).toBe(200);
    expect((await verify(second)).statusCode).toBe(200);
  });

  it("goes to the respondent's own address when the token named one", async () => {
    const { followUpUrl } = await finish(
      {},
      { username: "ada", redirectUrl: "https://other.example/back?who={username}" },
    );
    expect(followUpUrl).toMatch(/^https:\/\/other\.example\/back\?who=ada&ticket=/);
    expect(decodeJwt(new URL(followUpUrl ?? "").searchParams.get("ticket") ?? "").aud).toBe("https://other.example");
  });

  it("goes to the outcome's address before the survey's", async () => {
    const outcomes = { completed: "https://other.example/{status}" };
    const { followUpUrl } = await finish({ settings: { redirect: { ...redirect, outcomes } } });
    expect(followUpUrl).toMatch(/^https:\/\/other\.example\/completed\?ticket=/);
  });

  it("goes without a ticket, or nowhere, when the survey says so", async () => {
    const bare = await finish({ settings: { redirect: { ...redirect, ticket: "none" } } });
    expect(bare.followUpUrl).toBe(`https://clinic.example/done?u=${bare.person.username}&x=1#end`);
    expect((await finish({ settings: { redirect: { ...redirect, url: null } } })).followUpUrl).toBeNull();
    expect((await finish({ settings: {} })).followUpUrl).toBeNull();
  });

  it("goes nowhere when the survey no longer allows the place, and keeps the answers all the same", async () => {
    const { scene, person, sessionId } = await finish();
    await service().db.pool.query(
      `UPDATE surveys SET settings = jsonb_set(settings, '{redirect,allowed_origins}', '["https://new.example"]') WHERE survey_id = $1`,
      [scene.surveyId],
    );
    const again = await person.submit(sessionId, lowAnswers);
    expect(again.statusCode).toBe(200);
    expect(again.json().followUpUrl).toBeNull();
  });

  it.each([
    ["a value that ends the parameter", "a&admin=1#x", "a&admin=1#x"],
    ["a line break", "a\r\nSet-Cookie: b=1", "a\r\nSet-Cookie: b=1"],
    ["another address", "https://evil.example/", "https://evil.example/"],
    ["a placeholder", "{userId}", "{userId}"],
  ])("keeps %s inside its parameter", async (_what, username, expected) => {
    const { followUpUrl } = await finish({}, { username });
    const url = new URL(followUpUrl ?? "");
    expect([url.origin, url.hash]).toEqual(["https://clinic.example", "#end"]);
    expect([...url.searchParams.keys()]).toEqual(["u", "x", "ticket"]);
    expect(url.searchParams.get("u")).toBe(expected);
    expect(followUpUrl).not.toMatch(/[\r\n]/);
  });
});

describe("POST /v2/return-tickets/verify 200", () => {
  it("answers every claim", async () => {
    const { verify, ticket, sessionId } = await finish();
    const answer = await verify();
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ valid: true, ...decodeJwt(ticket) });
    expect(answer.json()).toMatchObject({ sub: sessionId, status: "completed", aud: "https://clinic.example" });
  });

  it("serves keys with sessions:read, and staff", async () => {
    const { scene, ticket } = await finish();
    const url = "/v2/return-tickets/verify";
    const ask = (headers: object) =>
      service().app.inject({ method: "POST", url, headers: { ...headers }, body: { ticket } });
    expect((await ask({})).statusCode).toBe(401);
    expect((await ask(scene.workspace.keyWith("submissions:read", "sessions:write"))).statusCode).toBe(403);
    expect((await ask(scene.workspace.keyWith("sessions:read"))).statusCode).toBe(200);
    expect((await ask(await scene.workspace.staff("viewer"))).statusCode).toBe(409);
  });

  it("takes a ticket until its last second, and not after", async () => {
    const [early, late] = [await finish(), await finish()];
    const issued = now;
    now = new Date(issued.getTime() + 299_000);
    expect((await early.verify()).statusCode).toBe(200);
    now = new Date(issued.getTime() + 301_000);
    expect((await late.verify()).json()).toMatchObject({ status: 400, code: "ticket_invalid" });
    now = issued;
  });
});

describe("POST /v2/return-tickets/verify 409", () => {
  it("takes a ticket once, also of twenty at once", async () => {
    const { verify } = await finish();
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify()));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect((await verify()).json()).toMatchObject({ code: "ticket_already_used" });
  });

  it("is not fooled by another spelling of the same signature", async () => {
    const { verify, ticket } = await finish();
    await verify();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet.indexOf(ticket.slice(-1));
    const respelt = `${ticket.slice(0, -1)}${alphabet[last ^ 1]}`;
    expect([400, 409]).toContain((await verify(respelt)).statusCode);
  });
});

describe("POST /v2/return-tickets/verify 400", () => {
  it("refuses a ticket of another workspace, and leaves it to its owner", async () => {
    const { verify, ticket } = await finish();
    const stranger = await openScene(service());
    const answer = await stranger.ask("POST", "/v2/return-tickets/verify", { ticket });
    expect(answer.json()).toMatchObject({ status: 400, code: "ticket_invalid" });
    expect((await verify()).statusCode).toBe(200);
  });

  it("refuses what is no ticket of ours", async () => {
    const { ticket, verify, person } = await finish();
    const [header = "", payload = "", signature = ""] = ticket.split(".");
    const claims = decodeJwt(ticket);
    const { kid = "" } = decodeProtectedHeader(ticket);
    const { privateKey } = await generateKeyPair("ES256");
    const forged = (changes: object, protectedHeader: object = {}) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: "ES256", typ: "return-ticket+jwt", kid, ...protectedHeader })
        .sign(privateKey);
    const withStatus = Buffer.from(JSON.stringify({ ...claims, status: "screened_out" })).toString("base64url");
    const noneHeader = Buffer.from(JSON.stringify({ alg: "none", typ: "return-ticket+jwt", kid })).toString(
      "base64url",
    );
    const [key] = await storedKeys();
    const asSecret = new TextEncoder().encode(JSON.stringify(key.public_jwk));
    const swapped = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "return-ticket+jwt", kid })
      .sign(asSecret);
    const garbage = [
      "",
      "x",
      "..",
      "a.b.c",
      "null",
      "💥.💥.💥",
      ` ${ticket}`,
      `${ticket}\n`,
      encodeURIComponent(`${ticket} `),
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, 40)}`,
      `${header}.${withStatus}.${signature}`,
      `${noneHeader}.${payload}.`,
      `${noneHeader}.${payload}.${signature}`,
      new UnsecuredJWT({ ...claims }).encode(),
      swapped,
      await forged({}),
      await forged({}, { kid: "unknown" }),
      await forged({}, { kid: "x".repeat(3_000) }),
      "a".repeat(100_000),
      `${header}.${"A".repeat(5_000)}.${signature}`,
      person.headers["x-auth-token"] ?? "",
    ];
    for (const text of garbage) {
      const answer = await verify(text);
      expect([answer.statusCode, answer.json().code], text.slice(0, 60)).toEqual([400, "ticket_invalid"]);
    }
    expect((await verify()).statusCode).toBe(200);
  });

  it("refuses what our own key has signed for another purpose, or not whole", async () => {
    const { ticket, verify } = await finish();
    const [key] = await storedKeys();
    const seal = { table: "ticket_keys", id: key.kid, workspaceId: "00000000-0000-0000-0000-000000000000" };
    const privateKey = await importJWK(JSON.parse(openKeyring(masterKey).open(key.sealed_private, seal)), "ES256");
    const { jti, ...rest } = decodeJwt(ticket);
    const sign = (claims: object, header: object = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "return-ticket+jwt", kid: key.kid, ...header })
        .sign(privateKey);
    const wrong = [
      await sign({ ...rest, jti }, { typ: "at+jwt" }),
      await sign({ ...rest, jti }, { typ: undefined }),
      await sign({ ...rest, jti, iss: "https://evil.example" }),
      await sign({ ...rest, jti, exp: rest.iat }),
      await sign({ ...rest, jti, exp: undefined }),
      await sign({ ...rest, jti, sub: "not-an-id" }),
      await sign({ ...rest, jti, more: 1 }),
      await sign(rest),
      await sign({}),
    ];
    for (const [index, text] of wrong.entries()) {
      const answer = await verify(text);
      expect([answer.statusCode, answer.json().code], `case ${index}`).toEqual([400, "ticket_invalid"]);
    }
    expect((await verify(await sign({ ...rest, jti }))).statusCode).toBe(200);
  });

  it("refuses a ticket of another installation that shares the database's key", async () => {
    const elsewhere = await openSurveyService(database().url, {
      env: { MASTER_KEY: masterKey, PUBLIC_URL: "https://else.example" },
    });
    const { ticket, verify } = await finish();
    const answer = await elsewhere.app.inject({
      method: "POST",
      url: "/v2/return-tickets/verify",
      headers: elsewhere.callers.workspace().headers,
      body: { ticket },
    });
    expect(answer.json()).toMatchObject({ code: "ticket_invalid" });
    await elsewhere.close();
    expect((await verify()).statusCode).toBe(200);
  });
});

describe("POST /v2/return-tickets/verify 422", () => {
  it.each([[{}], [{ ticket: 1 }], [{ ticket: null }], [{ ticket: "x", more: 1 }]])(
    "refuses the body %j",
    async (body) => {
      const scene = await openScene(service());
      const answer = await scene.ask("POST", "/v2/return-tickets/verify", body);
      expect(answer.json()).toMatchObject({ status: 422, code: "invalid_request" });
    },
  );
});

describe("the ticket key", () => {
  it("is one, made once by five processes that start together, and announced once", async () => {
    await service().db.pool.query("DELETE FROM ticket_keys");
    await service().db.pool.query("DELETE FROM outbox WHERE type = $1", [ticketKeyCreated.type]);
    const options = { env: { MASTER_KEY: masterKey }, workers: true };
    const services = await Promise.all(Array.from({ length: 5 }, () => openSurveyService(database().url, options)));
    const signers = await Promise.all(
      services.map(async (one) => {
        const scene = await openScene({ ...one, db: service().db }, { settings: { redirect } });
        const person = await scene.sit();
        const submitted = await person.submit(await person.begin(), lowAnswers);
        const ticket = new URL(submitted.json().followUpUrl).searchParams.get("ticket") ?? "";
        return decodeProtectedHeader(ticket).kid;
      }),
    );
    const keys = await storedKeys();
    expect(keys).toHaveLength(1);
    expect(new Set(signers)).toEqual(new Set([keys[0].kid]));
    const { rows } = await service().db.pool.query("SELECT workspace_id, body FROM outbox WHERE type = $1", [
      ticketKeyCreated.type,
    ]);
    expect(rows).toHaveLength(1);
    expect(rows[0].workspace_id).toBe("00000000-0000-0000-0000-000000000000");
    expect(JSON.parse(rows[0].body).data).toEqual({ kid: keys[0].kid, public_jwk: keys[0].public_jwk });
    await Promise.all(services.map((one) => one.close()));
  });

  it("lies sealed in the database", async () => {
    await finish();
    const [key] = await storedKeys();
    expect(key.sealed_private).toMatch(/^v1\.1\./);
    expect(key.sealed_private).not.toContain("kty");
  });
});

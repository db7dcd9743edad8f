import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import {
  claimsOf,
  cookieOf,
  publicUrl,
  refresh,
  refreshWithCookie,
  sql,
  useAuthService,
} from "../test/open-auth-service.ts";
import { createPasskey, finishSignIn, signInWith, startRegistration, startSignIn } from "../test/passkey-scene.ts";
import { type Bends, SoftwareAuthenticator } from "../test/software-authenticator.ts";
import { auditOf, createStaffAccount, dropPassword, turnOnTotp } from "../test/staff-account.ts";
import { userHandle } from "./relying-party.rules.ts";

const logLines: string[] = [];
const { service } = useAuthService({ logLines });

const enrol = async () => {
  const account = await createStaffAccount(service());
  return { account, ...(await createPasskey(service(), account)) };
};

type Answer = Awaited<ReturnType<typeof signInWith>>;

/** What the caller sees, without the request's own id. */
const faceOf = (answer: Answer) => ({ status: answer.statusCode, body: { ...answer.json(), request_id: "" } });

const signInEntries = async (accountId: string) =>
  (await auditOf(service(), accountId)).filter(
    (entry) => entry.action.startsWith("sign_in.") && entry.detail.method === "passkey",
  );

describe("200", () => {
  it("signs in with the header flavour", async () => {
    const { account, authenticator } = await enrol();
    const answer = await signInWith(service(), authenticator);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["ratelimit"]).toMatch(/^"default";r=\d+;t=\d+$/);
    const { refreshToken } = answer.json<{ refreshToken: string }>();
    const { accessToken } = (await refresh(service().app, refreshToken)).json<{ accessToken: string }>();
    expect(claimsOf(accessToken)).toMatchObject({ kind: "account", sub: account.accountId });
    expect(await signInEntries(account.accountId)).toEqual([
      expect.objectContaining({
        action: "sign_in.succeeded",
        actor: { kind: "account", id: account.accountId },
        detail: { method: "passkey", flavour: "header" },
      }),
    ]);
    const list = await service().app.inject({ url: "/v2/me/passkeys", headers: account.headers });
    expect(list.json().data[0].last_used_at).toMatch(/Z$/);
  });

  it("signs in with the cookie flavour", async () => {
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const response = authenticator.get(options);
    const answer = await finishSignIn(service(), { challengeId, response }, "?delivery=cookie");
    expect(answer.statusCode).toBe(200);
    expect(Object.keys(answer.json())).toEqual(["accessToken"]);
    expect((await refreshWithCookie(service().app, cookieOf(answer))).statusCode).toBe(200);
  });

  it("asks for no code of the second factor, and for no password", async () => {
    const { account, authenticator } = await enrol();
    await turnOnTotp(service(), account);
    await dropPassword(service(), account);
    expect((await signInWith(service(), authenticator)).statusCode).toBe(200);
  });

  it("takes an authenticator that does not count", async () => {
    const { authenticator } = await enrol();
    for (let turn = 0; turn < 3; turn += 1) {
      expect((await signInWith(service(), authenticator, { counter: 0 })).statusCode).toBe(200);
    }
  });

  it("works however high the counter is", async () => {
    const { authenticator } = await enrol();
    expect((await signInWith(service(), authenticator, { counter: 0xfffffffe })).statusCode).toBe(200);
    expect((await signInWith(service(), authenticator, { counter: 0xffffffff })).statusCode).toBe(200);
  });
});

describe("401", () => {
  const bends: readonly (readonly [string, Bends])[] = [
    ["another origin", { origin: "https://evil.example" }],
    ["a subdomain's origin", { origin: "https://a.surveys.example" }],
    ["another relying party", { rpId: "evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["no user verification", { isVerified: false }],
    ["no user presence", { isPresent: false }],
    ["the other ceremony", { type: "webauthn.create" }],
    ["a frame in another site's page", { clientData: { crossOrigin: true } }],
    ["no user handle", { userHandle: null }],
    ["another account's user handle", { userHandle: userHandle(uuidv7()) }],
    ["a tampered signature", { bendSignature: (signature) => Buffer.from([...signature.subarray(0, -1), 0]) }],
    ["no signature", { bendSignature: () => Buffer.alloc(0) }],
    ["a signature of zeros", { bendSignature: () => Buffer.from("3006020100020100", "hex") }],
    ["a credential that nobody has", { credentialId: Buffer.alloc(32, 7) }],
  ];

  it.each(bends)("refuses %s, with one answer for all", async (_name, bend) => {
    const { account, authenticator } = await enrol();
    const answer = await signInWith(service(), authenticator, bend);
    expect(faceOf(answer)).toEqual({
      status: 401,
      body: expect.objectContaining({ code: "sign_in_failed", detail: "The credentials were not recognised" }),
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    expect(await sql(service().db, "SELECT 1 FROM sign_ins WHERE account_id = $1", account.accountId)).toHaveLength(1);
  });

  it("answers the same whether the credential, the challenge or the account is at fault", async () => {
    const { account, authenticator } = await enrol();
    const stranger = new SoftwareAuthenticator();
    const { challengeId, options } = await startSignIn(service());
    const response = authenticator.get(options);
    const faces = [
      faceOf(await signInWith(service(), stranger, { userHandle: userHandle(account.accountId) })),
      faceOf(await finishSignIn(service(), { challengeId: uuidv7(), response })),
    ];
    await sql(service().db, "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", account.accountId);
    faces.push(faceOf(await finishSignIn(service(), { challengeId, response })));
    expect(new Set(faces.map((face) => JSON.stringify(face))).size).toBe(1);
  });

  it("refuses a replayed answer, and one of two that come at the same time", async () => {
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const response = authenticator.get(options, { counter: 0 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => finishSignIn(service(), { challengeId, response })),
    );
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([200, ...Array(9).fill(401)]);
    expect((await finishSignIn(service(), { challengeId, response })).statusCode).toBe(401);
  });

  it("spends the challenge with the first try, right or wrong", async () => {
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const wrong = authenticator.get(options, { isVerified: false });
    expect((await finishSignIn(service(), { challengeId, response: wrong })).statusCode).toBe(401);
    expect((await finishSignIn(service(), { challengeId, response: authenticator.get(options) })).statusCode).toBe(401);
  });

  it("refuses a challenge that is too old, and one that was made for a registration", async () => {
    const { account, authenticator } = await enrol();
    const old = await startSignIn(service());
    await sql(
      service().db,
      "UPDATE challenges SET expires_at = now() - interval '1 s' WHERE challenge_id = $1",
      old.challengeId,
    );
    const registration = await startRegistration(service(), account);
    for (const [challengeId, challenge] of [
      [old.challengeId, old.options.challenge],
      [registration.challenge_id, registration.options.challenge],
    ] as const) {
      const response = authenticator.get({ challenge });
      expect((await finishSignIn(service(), { challengeId, response })).statusCode).toBe(401);
    }
  });

  it("refuses the passkey of another account under this one's credential id", async () => {
    const [mine, theirs] = [await enrol(), await enrol()];
    const bend = { credentialId: mine.authenticator.credentialId, userHandle: userHandle(mine.account.accountId) };
    expect((await signInWith(service(), theirs.authenticator, bend)).statusCode).toBe(401);
  });

  it.each([
    ["a disabled account", "UPDATE accounts SET disabled_at = now() WHERE account_id = $1", "disabled"],
    ["an account that acts for nobody any more", "DELETE FROM memberships WHERE account_id = $1", "disabled"],
    ["a deleted passkey", "DELETE FROM passkeys WHERE account_id = $1", null],
  ])("refuses %s", async (_name, text, reason) => {
    const { account, authenticator } = await enrol();
    await sql(service().db, text, account.accountId);
    expect(faceOf(await signInWith(service(), authenticator))).toMatchObject({
      status: 401,
      body: { code: "sign_in_failed" },
    });
    if (reason) {
      expect(await signInEntries(account.accountId)).toEqual([
        expect.objectContaining({
          action: "sign_in.failed",
          actor: { kind: "unknown", id: null },
          target: { kind: "account", id: account.accountId },
          detail: { method: "passkey", reason },
        }),
      ]);
    }
  });
});

describe("a counter that goes back", () => {
  it.each([
    ["stands still", 7],
    ["goes back", 3],
    ["is lost", 0],
  ])("is refused and written down when it %s", async (_name, counter) => {
    const { account, authenticator } = await enrol();
    expect((await signInWith(service(), authenticator, { counter: 7 })).statusCode).toBe(200);
    expect(faceOf(await signInWith(service(), authenticator, { counter }))).toMatchObject({ status: 401 });
    expect((await signInEntries(account.accountId)).map((entry) => entry.detail)).toEqual([
      { method: "passkey", flavour: "header" },
      { method: "passkey", reason: "counter_went_back" },
    ]);
    expect((await signInWith(service(), authenticator, { counter: 8 })).statusCode).toBe(200);
  });

  it("lets one of two copies in that come at the same time with the same count", async () => {
    const { authenticator } = await enrol();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => signInWith(service(), authenticator, { counter: 9 })),
    );
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([200, 401, 401, 401, 401, 401]);
  });
});

describe("400 and 413", () => {
  it("refuses what is no answer of an authenticator, before anything is looked up", async () => {
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const response = authenticator.get(options);
    const bodies = [
      { challengeId, response: null },
      { challengeId: "x", response },
      { challengeId, response: { ...response, id: "" } },
      { challengeId, response: { ...response, id: "x".repeat(1_025) } },
      { challengeId, response: { ...response, response: { ...response.response, signature: "!" } } },
      { challengeId, response: { ...response, response: { ...response.response, signature: "A".repeat(8_193) } } },
      { challengeId, response, accountId: uuidv7() },
    ];
    for (const body of bodies) {
      const answer = await service().app.inject({ method: "POST", url: "/signin/passkey", payload: body });
      expect(answer.statusCode).toBe(400);
    }
    const huge = { challengeId, response: { ...response, id: "A".repeat(20_000) } };
    expect((await finishSignIn(service(), huge)).statusCode).toBe(413);
    expect((await finishSignIn(service(), { challengeId, response })).statusCode).toBe(200);
  });

  it("takes any bytes in the authenticator's data for what they are: wrong", async () => {
    const { authenticator } = await enrol();
    for (const data of ["", "AA", "A".repeat(4_000), Buffer.alloc(37, 0xff).toString("base64url")]) {
      const { challengeId, options } = await startSignIn(service());
      const honest = authenticator.get(options);
      const response = { ...honest, response: { ...honest.response, authenticatorData: data } };
      expect((await finishSignIn(service(), { challengeId, response })).statusCode).toBe(401);
    }
  });
});

describe("403", () => {
  it("gives no cookie to another site's page", async () => {
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const answer = await service().app.inject({
      method: "POST",
      url: "/signin/passkey?delivery=cookie",
      headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      payload: { challengeId, response: authenticator.get(options) },
    });
    expect(answer.json()).toMatchObject({ status: 403, code: "cross_site_request" });
  });
});

describe("429", () => {
  it("limits an address, for both steps together, and tells when to come back", async () => {
    const remoteAddress = "198.51.100.7";
    const start = () => service().app.inject({ method: "POST", url: "/signin/passkey/options", remoteAddress });
    const { authenticator } = await enrol();
    const { challengeId, options } = await startSignIn(service());
    const payload = { challengeId, response: authenticator.get(options) };
    const finish = { method: "POST", url: "/signin/passkey", payload } as const;
    const [first, second] = [await start(), await start()];
    expect(first.headers["ratelimit-policy"]).toBe('"default";q=120;w=60');
    expect(remainingOf(second)).toBeLessThan(120);
    // As if the minute's uses had all been made; one comes back every half a second.
    await sql(service().db, "UPDATE rate_limits SET arrival_at = now() + interval '90 s'");
    for (const refused of [await start(), await service().app.inject({ ...finish, remoteAddress })]) {
      expect(refused.json()).toMatchObject({ status: 429, code: "rate_limited" });
      expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
      expect(remainingOf(refused)).toBe(0);
    }
    await sql(service().db, "DELETE FROM rate_limits");
    expect((await service().app.inject({ ...finish, remoteAddress })).statusCode).toBe(200);
  });
});

const remainingOf = (answer: Answer): number => Number(/r=(\d+)/.exec(String(answer.headers["ratelimit"]))?.[1]);

describe("the options", () => {
  it("name no account and no passkey, and want the user verified", async () => {
    await enrol();
    const { options } = await startSignIn(service());
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[A-Za-z0-9_-]{22,}$/),
      rpId: new URL(publicUrl).hostname,
      timeout: 300_000,
      userVerification: "required",
    });
  });

  it("are the same for everybody, whatever is sent along", async () => {
    const ask = async (payload: object) => {
      const answer = await service().app.inject({ method: "POST", url: "/signin/passkey/options", payload });
      return { ...answer.json().options, challenge: "" };
    };
    expect(await ask({ email: "ada@clinic.example" })).toEqual(await ask({ email: "nobody@clinic.example" }));
  });

  it("keep their challenge sealed", async () => {
    const { challengeId, options } = await startSignIn(service());
    const [row] = await sql<{ box: string }>(
      service().db,
      "SELECT box FROM challenges WHERE challenge_id = $1",
      challengeId,
    );
    expect(row?.box).toMatch(/^v1\./);
    expect(row?.box).not.toContain(options.challenge);
    expect(logLines.join("")).not.toContain(options.challenge);
  });
});

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { encode } from "cborg";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { postJson, sql, useAuthService } from "../test/open-auth-service.ts";
import { createPasskey, register, signInWith, startRegistration, startSignIn } from "../test/passkey-scene.ts";
import { type Bends, SoftwareAuthenticator } from "../test/software-authenticator.ts";
import { auditOf, countMails, createStaffAccount } from "../test/staff-account.ts";

const logLines: string[] = [];
const { service } = useAuthService({ logLines });

/** One ceremony with one thing bent. */
const registerBent = async (bends: Bends) => {
  const account = await createStaffAccount(service());
  const { challenge_id, options } = await startRegistration(service(), account);
  const authenticator = new SoftwareAuthenticator();
  const response = authenticator.create(options, bends);
  return { account, authenticator, answer: await register(service(), account, { challenge_id, response }) };
};

const countPasskeys = async (accountId: string): Promise<number> =>
  (await sql(service().db, "SELECT 1 FROM passkeys WHERE account_id = $1", accountId)).length;

describe("201", () => {
  it("keeps the passkey, writes it down and tells the owner", async () => {
    const mails = await countMails(service(), "passkey_created");
    const { account, authenticator, answer } = await registerBent({});
    expect(answer.statusCode).toBe(201);
    const body = answer.json();
    expect(body).toEqual({
      passkey_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Laptop",
      created_at: expect.stringMatching(/Z$/),
      last_used_at: null,
    });
    expect((await signInWith(service(), authenticator)).statusCode).toBe(200);
    const created = (await auditOf(service(), account.accountId)).filter((it) => it.action === "passkey.created");
    expect(created).toEqual([
      expect.objectContaining({
        actor: { kind: "account", id: account.accountId },
        target: { kind: "passkey", id: body.passkey_id },
        detail: {},
      }),
    ]);
    expect(await countMails(service(), "passkey_created")).toBe(mails + 1);
  });

  it("takes a signature by the new key itself, which some browsers send though we ask for none", async () => {
    expect((await registerBent({ isSelfAttested: true })).answer.statusCode).toBe(201);
    const wrong = { format: "packed", statement: { alg: -7, sig: Buffer.from("no signature") } };
    expect((await registerBent(wrong)).answer.statusCode).toBe(403);
  });

  it("leaves out transports that no browser knows", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const response = new SoftwareAuthenticator().create(options);
    const transports = ["usb", "javascript:alert(1)", "nfc"];
    const bent = { ...response, response: { ...response.response, transports } };
    expect((await register(service(), account, { challenge_id, response: bent })).statusCode).toBe(201);
    const rows = await sql(service().db, "SELECT transports FROM passkeys WHERE account_id = $1", account.accountId);
    expect(rows).toEqual([{ transports: ["usb", "nfc"] }]);
  });
});

describe("401", () => {
  it("wants an access token", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const response = new SoftwareAuthenticator().create(options);
    expect((await register(service(), { headers: {} }, { challenge_id, response })).statusCode).toBe(401);
  });

  it.each([
    ["the account was disabled", "UPDATE accounts SET disabled_at = now() WHERE account_id = $1"],
    ["the sign-in was ended", "UPDATE sign_ins SET revoked_at = now() WHERE account_id = $1"],
  ])("leaves no way in behind once %s", async (_case, text) => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    await sql(service().db, text, account.accountId);
    const response = new SoftwareAuthenticator().create(options);
    expect((await register(service(), account, { challenge_id, response })).statusCode).toBe(401);
    expect(await countPasskeys(account.accountId)).toBe(0);
  });
});

describe("403", () => {
  const cases: readonly (readonly [string, Bends])[] = [
    ["another origin", { origin: "https://surveys.example.evil.example" }],
    ["the origin without TLS", { origin: "http://surveys.example" }],
    ["the origin with another port", { origin: "https://surveys.example:8443" }],
    ["another relying party", { rpId: "evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
    ["no user verification", { isVerified: false }],
    ["no user presence", { isPresent: false, isVerified: false }],
    ["the other ceremony", { type: "webauthn.get" }],
    ["a frame in another site's page", { clientData: { crossOrigin: true } }],
    ["a frame, told by its top origin only", { clientData: { topOrigin: "https://evil.example" } }],
    ["an unknown format", { format: "made-up" }],
    ["a statement in format none", { statement: { x5c: [] } }],
    [
      "a key of no known algorithm",
      {
        publicKey: new Map<number, unknown>([
          [1, 2],
          [3, -999],
        ]),
      },
    ],
    [
      "a symmetric key",
      {
        publicKey: new Map<number, unknown>([
          [1, 4],
          [3, 5],
          [-1, Buffer.alloc(32)],
        ]),
      },
    ],
    ["no key at all", { publicKey: new Map<number, unknown>() }],
    ["a credential id without bytes", { credentialId: Buffer.alloc(0) }],
  ];

  it.each(cases)("refuses %s", async (name, bends) => {
    const { account, answer } = await registerBent(bends);
    // An empty id does not even have the shape of one.
    expect(answer.statusCode).toBe(name.endsWith("without bytes") ? 422 : 403);
    if (answer.statusCode === 403) expect(answer.json()).toMatchObject({ code: "passkey_refused" });
    expect(await countPasskeys(account.accountId)).toBe(0);
  });

  it("fetches nothing that a certificate names", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    // `listen` has been given a port, so the address is an object.
    const { port } = server.address() as AddressInfo;
    const x5c = [Buffer.from(`http://127.0.0.1:${port}/list.crl`), Buffer.from("issuer")];
    for (const format of ["packed", "tpm", "android-key", "android-safetynet", "fido-u2f", "apple"]) {
      const { answer } = await registerBent({ format, statement: { alg: -7, sig: Buffer.alloc(8), x5c } });
      expect(answer.json()).toMatchObject({ status: 403, code: "passkey_refused" });
    }
    server.close();
    expect(asked).toBe(0);
  });

  it("spends the challenge with the first try, right or wrong", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const wrong = new SoftwareAuthenticator().create(options, { isVerified: false });
    const right = new SoftwareAuthenticator().create(options);
    expect((await register(service(), account, { challenge_id, response: wrong })).statusCode).toBe(403);
    expect((await register(service(), account, { challenge_id, response: right })).statusCode).toBe(403);
  });

  it("keeps one when ten come with one challenge at the same time", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        register(service(), account, { challenge_id, response: new SoftwareAuthenticator().create(options) }),
      ),
    );
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([201, ...Array(9).fill(403)]);
    expect(await countPasskeys(account.accountId)).toBe(1);
  });

  it("refuses a challenge of another account, of a sign-in, of five minutes ago and of nobody", async () => {
    const [account, other] = [await createStaffAccount(service()), await createStaffAccount(service())];
    const theirs = await startRegistration(service(), other);
    const signIn = await startSignIn(service());
    const old = await startRegistration(service(), account);
    await sql(
      service().db,
      "UPDATE challenges SET expires_at = now() - interval '1 s' WHERE challenge_id = $1",
      old.challenge_id,
    );
    const tries = [
      [theirs.challenge_id, theirs.options.challenge],
      [signIn.challengeId, signIn.options.challenge],
      [old.challenge_id, old.options.challenge],
      [uuidv7(), old.options.challenge],
    ] as const;
    for (const [challenge_id, challenge] of tries) {
      const response = new SoftwareAuthenticator().create({ challenge, user: old.options.user });
      const answer = await register(service(), account, { challenge_id, response });
      expect(answer.json()).toMatchObject({ status: 403, code: "passkey_refused" });
    }
    expect(await countPasskeys(account.accountId)).toBe(0);
  });

  it("does not keep a key under another id than the authenticator signed", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const other = Buffer.from("the id of somebody else").toString("base64url");
    const response = { ...new SoftwareAuthenticator().create(options), id: other, rawId: other };
    expect((await register(service(), account, { challenge_id, response })).statusCode).toBe(403);
  });
});

describe("hostile bytes", () => {
  const attestations: readonly (readonly [string, Buffer])[] = [
    ["nothing", Buffer.alloc(0)],
    ["no CBOR", Buffer.from("hello")],
    ["a list said to have 2^63 members", Buffer.from("9b7fffffffffffffff", "hex")],
    ["bytes said to be 4 GB long", Buffer.from("5affffffff", "hex")],
    ["lists in lists, 5,000 deep", Buffer.alloc(5_000, 0x81)],
    ["a number instead of a map", Buffer.from(encode(7))],
    ["a map without members", Buffer.from(encode({}))],
    ["members of wrong types", Buffer.from(encode({ fmt: 1, attStmt: "x", authData: 2 }))],
    [
      "authenticator data that is too short",
      Buffer.from(encode({ fmt: "none", attStmt: {}, authData: Buffer.alloc(36) })),
    ],
  ];

  it.each(attestations)("are refused: %s", async (_name, attestation) => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const honest = new SoftwareAuthenticator().create(options);
    const response = {
      ...honest,
      response: { ...honest.response, attestationObject: attestation.toString("base64url") },
    };
    const answer = await register(service(), account, { challenge_id, response });
    expect(answer.json()).toMatchObject({ status: 403, code: "passkey_refused" });
  });

  it.each(["", "null", "[]", "7", "{", '{"type":"webauthn.create"}', `{"__proto__":{"crossOrigin":true}}`])(
    "are refused as client data: %s",
    async (text) => {
      const account = await createStaffAccount(service());
      const { challenge_id, options } = await startRegistration(service(), account);
      const honest = new SoftwareAuthenticator().create(options);
      const clientDataJSON = Buffer.from(text).toString("base64url");
      const response = { ...honest, response: { ...honest.response, clientDataJSON } };
      expect((await register(service(), account, { challenge_id, response })).statusCode).toBe(403);
    },
  );
});

describe("409", () => {
  it("does not take a credential id twice, neither for the same account nor for another", async () => {
    const [account, other] = [await createStaffAccount(service()), await createStaffAccount(service())];
    const { authenticator } = await createPasskey(service(), account);
    for (const owner of [account, other]) {
      const { challenge_id, options } = await startRegistration(service(), owner);
      const response = new SoftwareAuthenticator().create(options, { credentialId: authenticator.credentialId });
      const answer = await register(service(), owner, { challenge_id, response });
      expect(answer.json()).toMatchObject({ status: 409, code: "passkey_known" });
    }
    authenticator.counter = 5;
    expect((await signInWith(service(), authenticator)).statusCode).toBe(200);
  });

  it("stops at twenty, also when several come at the same time", async () => {
    const account = await createStaffAccount(service());
    await sql(
      service().db,
      `INSERT INTO passkeys (passkey_id, account_id, credential_id, public_key, counter, transports, name)
       SELECT gen_random_uuid(), $1::uuid, $1::uuid::text || n, 'k', 0, '{}', 'n' FROM generate_series(1, 18) AS n`,
      account.accountId,
    );
    const started: Awaited<ReturnType<typeof startRegistration>>[] = [];
    for (let turn = 0; turn < 6; turn += 1) started.push(await startRegistration(service(), account));
    const answers = await Promise.all(
      started.map(({ challenge_id, options }) =>
        register(service(), account, { challenge_id, response: new SoftwareAuthenticator().create(options) }),
      ),
    );
    expect(answers.map((answer) => answer.statusCode).toSorted()).toEqual([201, 201, 409, 409, 409, 409]);
    expect(answers.find((answer) => answer.statusCode === 409)?.json()).toMatchObject({ code: "too_many_passkeys" });
    expect(await countPasskeys(account.accountId)).toBe(20);
  });
});

describe("413 and 422", () => {
  it("takes no fields beyond their bounds", async () => {
    const account = await createStaffAccount(service());
    const { challenge_id, options } = await startRegistration(service(), account);
    const response = new SoftwareAuthenticator().create(options);
    const send = (payload: unknown) =>
      postJson(service().app, { url: "/v2/me/passkeys", payload, headers: account.headers });
    const bodies = [
      { challenge_id, name: "", response },
      { challenge_id, name: "x".repeat(129), response },
      { challenge_id, name: "a\u0000b", response },
      { challenge_id: "x", name: "Laptop", response },
      { challenge_id, name: "Laptop", response: { ...response, id: "x".repeat(1_025) } },
      { challenge_id, name: "Laptop", response: { ...response, id: "not base64url!" } },
      { challenge_id, name: "Laptop", response: { ...response, type: "password" } },
      { challenge_id, name: "Laptop", response, account_id: uuidv7() },
    ];
    for (const body of bodies) expect((await send(body)).statusCode).toBe(422);
    const huge = { ...response, response: { ...response.response, attestationObject: "A".repeat(20_000) } };
    expect((await send({ challenge_id, name: "Laptop", response: huge })).statusCode).toBe(413);
    expect((await send({ challenge_id, name: "Laptop", response })).statusCode).toBe(201);
  });
});

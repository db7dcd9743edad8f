import { setTimeout as sleep } from "node:timers/promises";
import { publicKeys } from "@roundtrip/contracts/auth/public-keys.rpc";
import { nudges } from "@roundtrip/contracts/subjects";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importSPKI, type JWK } from "jose";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createKeySet, openBusKeySet } from "./key-set.ts";

const createKey = async (): Promise<JWK & { kid: string }> => {
  const jwk = await exportJWK((await generateKeyPair("ES256")).publicKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: "ES256", use: "sig" };
};
const silent = { warn: () => undefined };

describe("a key set", () => {
  let now = 0;
  let published: JWK[] = [];
  let loads = 0;
  let away = false;
  const open = () =>
    createKeySet({
      log: silent,
      clock: () => new Date(now),
      load: async () => {
        loads += 1;
        if (away) throw new Error("away");
        return published;
      },
    });

  beforeEach(() => {
    now = 1_000_000;
    published = [];
    loads = 0;
    away = false;
  });

  it("answers a key as PEM that verifies what the JWK verifies", async () => {
    const key = await createKey();
    published = [key];
    const pem = (await open().findPem(key.kid)) ?? "";
    expect(await calculateJwkThumbprint(await exportJWK(await importSPKI(pem, "ES256", { extractable: true })))).toBe(
      key.kid,
    );
  });

  it("loads once for many that ask at once", async () => {
    const key = await createKey();
    published = [key];
    const keySet = open();
    expect(await Promise.all(Array.from({ length: 20 }, () => keySet.findJwk(key.kid)))).toEqual(Array(20).fill(key));
    expect(loads).toBe(1);
  });

  it("finds a key published later, and asks at most once in 5 s for kids that nobody knows", async () => {
    const [first, second] = [await createKey(), await createKey()];
    published = [first];
    const keySet = open();
    await keySet.findPem(first.kid);
    published = [first, second];
    for (let index = 0; index < 50; index += 1) expect(await keySet.findPem(`made-up-${index}`)).toBeNull();
    expect(loads).toBe(1);
    now += 5_000;
    expect(await keySet.findPem(second.kid)).not.toBeNull();
    expect(loads).toBe(2);
  });

  it("keeps the last good set while the loader fails", async () => {
    const key = await createKey();
    published = [key];
    const keySet = open();
    await keySet.findPem(key.kid);
    away = true;
    now += 86_400_000;
    await keySet.reload();
    expect(await keySet.findPem(key.kid)).not.toBeNull();
  });

  it("cannot judge anything before the first good load, and recovers", async () => {
    const key = await createKey();
    published = [key];
    away = true;
    const keySet = open();
    await expect(keySet.findPem(key.kid)).rejects.toThrow(DependencyUnavailable);
    away = false;
    expect(await keySet.findPem(key.kid)).not.toBeNull();
  });

  it("forgets a key that is published no more, a minute after the last load when the nudge was lost", async () => {
    const key = await createKey();
    published = [key];
    const keySet = open();
    await keySet.findPem(key.kid);
    published = [];
    now += 59_999;
    expect(await keySet.findPem(key.kid)).not.toBeNull();
    now += 1;
    await keySet.findPem(key.kid);
    await vi.waitFor(async () => expect(await keySet.findPem(key.kid)).toBeNull());
  });

  it("does not believe a set that nobody has looked at for 10 minutes, unless it cannot be loaded", async () => {
    const key = await createKey();
    published = [key];
    const keySet = open();
    await keySet.findPem(key.kid);
    away = true;
    now += 600_000;
    expect(await keySet.findPem(key.kid)).not.toBeNull();
    away = false;
    published = [];
    now += 600_000;
    expect(await keySet.findPem(key.kid)).toBeNull();
  });

  it("forgets a key at a reload at once, and finds the new one in a flood of kids that nobody knows", async () => {
    const [leaked, fresh] = [await createKey(), await createKey()];
    published = [leaked];
    const keySet = open();
    await keySet.findPem(leaked.kid);
    now += 5_000;
    const flood = async () => {
      for (let index = 0; index < 100; index += 1) expect(await keySet.findPem(`made-up-${index}`)).toBeNull();
    };
    await flood();
    expect(loads).toBe(2);
    published = [fresh];
    await Promise.all([keySet.reload(), flood()]);
    expect(loads).toBe(3);
    expect(await keySet.findPem(leaked.kid)).toBeNull();
    expect(await keySet.findPem(fresh.kid)).not.toBeNull();
    await flood();
    expect(loads).toBe(3);
  });

  it("lets a look-up wait for a reload that is under way, although the look-ups for unknown kids are spent", async () => {
    const [first, second] = [await createKey(), await createKey()];
    published = [first];
    const keySet = open();
    await keySet.findPem(first.kid);
    expect(await keySet.findPem(second.kid)).toBeNull();
    published = [first, second];
    const reloaded = keySet.reload();
    expect(await keySet.findPem(second.kid)).not.toBeNull();
    await reloaded;
  });

  it("tries a reload that fails again, and gives up on the third", async () => {
    const [first, second] = [await createKey(), await createKey()];
    published = [first];
    const keySet = open();
    await keySet.findPem(first.kid);
    away = true;
    published = [first, second];
    const reloaded = keySet.reload();
    await vi.waitFor(() => expect(loads).toBe(2));
    away = false;
    await reloaded;
    expect(await keySet.findPem(second.kid)).not.toBeNull();
    away = true;
    loads = 0;
    await keySet.reload();
    expect(loads).toBe(3);
  });

  it("skips keys that cannot be read or are of another kind, and keeps the others", async () => {
    const key = await createKey();
    published = [
      { kty: "EC", crv: "P-256", kid: "broken", x: "!", y: "!" },
      { kty: "oct", k: "AAAA", kid: "secret" },
      key,
    ];
    const keySet = open();
    expect(await keySet.findPem(key.kid)).not.toBeNull();
    expect(await keySet.findPem("secret")).toBeNull();
    expect(await keySet.findPem("broken")).toBeNull();
  });

  it("reloads after a load that was already under way, because that one may have read too early", async () => {
    const [first, second] = [await createKey(), await createKey()];
    published = [first];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const keySet = createKeySet({
      log: silent,
      load: async () => {
        const read = published;
        if (loads === 0) await gate;
        loads += 1;
        return read;
      },
    });
    const early = keySet.findPem(first.kid);
    await sleep(1);
    published = [first, second];
    const reloaded = keySet.reload();
    release();
    await Promise.all([early, reloaded]);
    expect(await keySet.findPem(second.kid)).not.toBeNull();
  });
});

describe("a key set over the bus", () => {
  it("asks auth-service, and asks again when it is nudged", async () => {
    const bus = createInProcessEventBus();
    const [first, second] = [await createKey(), await createKey()];
    let keys: JWK[] = [first];
    await bus.respond(publicKeys.subject, async () => JSON.stringify({ keys }));
    const keySet = await openBusKeySet(bus, silent);
    expect(await keySet.findPem(first.kid)).not.toBeNull();
    keys = [first, second];
    expect(await keySet.findPem(second.kid)).toBeNull();
    bus.announce(nudges.keysChanged, "");
    await vi.waitFor(async () => expect(await keySet.findPem(second.kid)).not.toBeNull());
    await keySet.close();
    await bus.close();
  });

  it("has the keys before anybody has asked for one, so that auth-service may go away at once", async () => {
    const bus = createInProcessEventBus();
    const key = await createKey();
    let asked = 0;
    const subscription = await bus.respond(publicKeys.subject, async () => {
      asked += 1;
      return JSON.stringify({ keys: [key] });
    });
    const keySet = await openBusKeySet(bus, silent);
    await vi.waitFor(() => expect(asked).toBe(1));
    await subscription.close();
    expect(await keySet.findPem(key.kid)).not.toBeNull();
    await keySet.close();
    await bus.close();
  });

  it("says that auth-service is away when nobody answers, or when the answer is no key set", async () => {
    const bus = createInProcessEventBus();
    const keySet = await openBusKeySet(bus, silent);
    await expect(keySet.findPem("any")).rejects.toThrow(DependencyUnavailable);
    await bus.respond(publicKeys.subject, async () => JSON.stringify({ keys: "none" }));
    await expect(keySet.findPem("any")).rejects.toThrow(DependencyUnavailable);
    await keySet.close();
    await bus.close();
  });
});

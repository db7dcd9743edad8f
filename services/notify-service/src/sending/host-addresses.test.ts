import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createHostAddresses } from "./host-addresses.ts";

/** Types of RFC 1035 and RFC 3596. */
const typeA = 1;
const typeAaaa = 28;

interface Zone {
  readonly [name: string]: { readonly a?: readonly string[]; readonly aaaa?: readonly string[]; readonly ttl?: number };
}

/** A DNS server that knows a few names: RFC 1035, one question per message. */
const server = createSocket("udp4");
let zone: Zone = {};
let questions: string[] = [];
let servers: string[] = [];
const folders: string[] = [];

beforeAll(async () => {
  server.on("message", (message, from) => answer(message, from));
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  servers = [`127.0.0.1:${server.address().port}`];
});
afterAll(async () => {
  server.close();
  for (const folder of folders) await rm(folder, { recursive: true });
});
beforeEach(() => {
  zone = {};
  questions = [];
});

const answer = (message: Buffer, from: RemoteInfo): void => {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("ascii", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const name = labels.join(".");
  const type = message.readUInt16BE(at + 1);
  questions.push(`${name} ${type}`);
  const known = zone[name];
  const addresses = (type === typeA ? known?.a : known?.aaaa) ?? [];
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => record(type, known?.ttl ?? 300, address));
  server.send(Buffer.concat([header, message.subarray(12, at + 5), ...records]), from.port, from.address);
};

const record = (type: number, ttl: number, address: string): Buffer => {
  const data = type === typeAaaa ? Buffer.from(address, "hex") : Buffer.from(address.split(".").map(Number));
  const head = Buffer.alloc(12);
  // A pointer to the question's name.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

const open = (options: { hosts?: string; nowMs?: () => number } = {}) =>
  createHostAddresses({
    servers,
    hostsFile: options.hosts ?? "/nonexistent",
    ...(options.nowMs ? { nowMs: options.nowMs } : {}),
  });

describe("names", () => {
  it("have their addresses, IPv4 first", async () => {
    zone = { "a.example": { a: ["192.0.2.1", "192.0.2.2"], aaaa: ["20010db8000000000000000000000001"] } };
    expect(await open().resolve("A.example.")).toEqual([
      { address: "192.0.2.1", family: 4 },
      { address: "192.0.2.2", family: 4 },
      { address: "2001:db8::1", family: 6 },
    ]);
  });

  it("may have only one kind", async () => {
    zone = { "four.example": { a: ["192.0.2.1"] }, "six.example": { aaaa: ["20010db8000000000000000000000001"] } };
    expect(await open().resolve("four.example")).toHaveLength(1);
    expect(await open().resolve("six.example")).toEqual([{ address: "2001:db8::1", family: 6 }]);
  });

  it("that nobody knows are an error", async () => {
    await expect(open().resolve("nobody.example")).rejects.toMatchObject({ code: "ENOTFOUND" });
  });

  it("with hundreds of addresses have sixteen", async () => {
    zone = { "many.example": { a: Array.from({ length: 28 }, (_, index) => `192.0.2.${index}`) } };
    expect(await open().resolve("many.example")).toHaveLength(16);
  });
});

describe("the cache", () => {
  it("asks once for those who come at the same time, and again when the time is up", async () => {
    let nowMs = 0;
    zone = { "a.example": { a: ["192.0.2.1"], ttl: 5 } };
    const hosts = open({ nowMs: () => nowMs });
    await Promise.all([hosts.resolve("a.example"), hosts.resolve("a.example"), hosts.resolve("A.EXAMPLE")]);
    expect(questions).toHaveLength(2);
    nowMs = 4_999;
    await hosts.resolve("a.example");
    expect(questions).toHaveLength(2);
    zone = { "a.example": { a: ["192.0.2.9"], ttl: 86_400 } };
    nowMs = 5_001;
    expect(await hosts.resolve("a.example")).toEqual([{ address: "192.0.2.9", family: 4 }]);
    nowMs += 30_001;
    await hosts.resolve("a.example");
    expect(questions).toHaveLength(6);
  });

  it("forgets a failure after a second", async () => {
    let nowMs = 0;
    const hosts = open({ nowMs: () => nowMs });
    await expect(hosts.resolve("late.example")).rejects.toThrow();
    zone = { "late.example": { a: ["192.0.2.1"] } };
    await expect(hosts.resolve("late.example")).rejects.toThrow();
    nowMs = 1_001;
    expect(await hosts.resolve("late.example")).toHaveLength(1);
  });
});

describe("names that are not asked for", () => {
  it("are localhost and everything below it", async () => {
    for (const name of ["localhost", "LocalHost.", "x.localhost"]) {
      expect((await open().resolve(name)).map((each) => each.address)).toEqual(["127.0.0.1", "::1"]);
    }
    expect(questions).toEqual([]);
  });

  it("are those of the hosts file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "hosts-"));
    folders.push(folder);
    const hosts = join(folder, "hosts");
    await writeFile(hosts, "# comment\n172.17.0.1\thost.docker.internal other # more\n::1 other\n\nbroken\n");
    expect(await open({ hosts }).resolve("host.docker.internal")).toEqual([{ address: "172.17.0.1", family: 4 }]);
    expect((await open({ hosts }).resolve("other")).map((each) => each.address)).toEqual(["172.17.0.1", "::1"]);
    expect(questions).toEqual([]);
  });
});

import { createPrivateKey, createPublicKey, type KeyObject, sign as signBytes } from "node:crypto";
import { connect } from "node:net";
import type { Database } from "@roundtrip/database/database";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import type { FastifyInstance } from "fastify";
import { decodeJwt } from "jose";
import { signingKeyBox } from "../keys/create-signing-key.ts";
import { adminHeaders, masterKey, signInAdmin, sql } from "./open-auth-service.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Everything an attacker could dream of, the private key included: hostile tokens are made from it, and good ones. */
export interface Forge {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly targets: readonly Target[];
}

/** One door with a token that it takes. */
export interface Target {
  readonly name: "account" | "workspace" | "refresh";
  readonly typ: string;
  readonly claims: Json;
  /** Signed with our own key; `header` is laid over the right one, and what is no object goes in as it is. */
  readonly sign: (payload?: Json | string | Buffer, header?: Json | string) => string;
  /** The header of a right token, with changes. */
  readonly header: (changes?: Json) => Json;
  /** Sends these header lines over a socket of its own. */
  readonly send: (...lines: readonly string[]) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

export const encode = (value: unknown): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(typeof value === "string" ? value : JSON.stringify(value))).toString(
    "base64url",
  );

/** RFC 7518 section 3.4: r and s, 32 bytes each. */
export const signEs256 = (input: string, key: KeyObject): Buffer =>
  signBytes("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });

export const openForge = async (app: FastifyInstance, db: Database): Promise<Forge> => {
  const port = Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port);
  const [row] = await sql<{ kid: string; private_box: string }>(
    db,
    "SELECT kid, private_box FROM signing_keys WHERE state = 'active'",
  );
  if (!row) throw new Error("there is a signing key from the start on");
  const jwk = JSON.parse(openKeyring(masterKey).open(row.private_box, signingKeyBox(row.kid)));
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  const access = decodeJwt((await adminHeaders(app))["x-auth-token"] ?? "");
  const refresh = decodeJwt(await signInAdmin(app));
  const target = (given: Pick<Target, "name" | "typ"> & { line: string; headers: string; claims: Json }): Target => {
    const header = (changes: Json = {}) => ({ alg: "ES256", typ: given.typ, kid: row.kid, ...changes });
    return {
      ...given,
      header,
      sign: (payload = given.claims, changes = {}) => {
        const input = `${encode(typeof changes === "string" ? changes : header(changes))}.${encode(payload)}`;
        return `${input}.${encode(signEs256(input, privateKey))}`;
      },
      send: (...lines) => exchange(port, [`${given.line} HTTP/1.1`, `Host: x${given.headers}`, ...lines]),
    };
  };
  return {
    kid: row.kid,
    privateKey,
    publicKey: createPublicKey(privateKey),
    targets: [
      target({ name: "account", typ: "at+jwt", line: "GET /v2/me", headers: "", claims: access }),
      target({
        name: "workspace",
        typ: "at+jwt",
        line: "GET /v2/workspace",
        headers: "\r\nX-Workspace: live",
        claims: access,
      }),
      target({
        name: "refresh",
        typ: "rt+jwt",
        line: "POST /refresh",
        headers: "\r\nContent-Length: 0",
        claims: refresh,
      }),
    ],
  };
};

/** Bytes on a socket, so that no client mends what is sent; answers when the server has closed the connection. */
const exchange = (port: number, lines: readonly string[]): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`);
    });
    // A server that refuses what is still being sent closes; what it has answered by then counts.
    socket.on("error", (error) => (chunks.length === 0 ? reject(error) : undefined));
    socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
    socket.on("close", () => {
      const text = Buffer.concat(chunks).toString();
      const [head = "", ...body] = text.split("\r\n\r\n");
      resolve({ status: Number(head.split(" ")[1]), body: body.join("\r\n\r\n"), ms: performance.now() - startedAt });
    });
  });

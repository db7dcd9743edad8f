import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import { encode } from "cborg";
import { publicUrl } from "./open-auth-service.ts";

/** What an attacker bends; left out, everything is as an honest authenticator in an honest browser does it. */
export interface Bends {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  /** Base64url, as it came with the options. */
  readonly challenge?: string;
  readonly clientData?: Readonly<Record<string, unknown>>;
  readonly isPresent?: boolean;
  readonly isVerified?: boolean;
  readonly counter?: number;
  readonly credentialId?: Buffer;
  readonly format?: string;
  readonly statement?: unknown;
  /** Format "packed", signed by the new key itself. */
  readonly isSelfAttested?: boolean;
  readonly publicKey?: ReadonlyMap<number, unknown>;
  /** Instead of the account that the key was made for. */
  readonly userHandle?: string | null;
  readonly bendSignature?: (signature: Buffer) => Buffer;
}

export interface CreationOptions {
  readonly challenge: string;
  readonly user: { readonly id: string };
}

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();

/** A passkey of one account in software: P-256, attestation "none" (WebAuthn Level 3, sections 6.1 and 6.5). */
export class SoftwareAuthenticator {
  readonly credentialId = randomBytes(32);
  counter = 0;
  userHandle: string | null = null;
  readonly #privateKey: KeyObject;
  readonly #coseKey: ReadonlyMap<number, unknown>;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    this.#privateKey = privateKey;
    this.#coseKey = new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]);
  }

  /** `navigator.credentials.create()`. */
  create(options: CreationOptions, bends: Bends = {}): WebAuthnResponse {
    this.userHandle = options.user.id;
    const id = bends.credentialId ?? this.credentialId;
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([id.length >> 8, id.length & 0xff]),
      id,
      Buffer.from(encode(bends.publicKey ?? this.#coseKey)),
    ]);
    const authData = Buffer.concat([this.#authData(bends, 0x40), attested]);
    const clientDataJSON = clientData("webauthn.create", options.challenge, bends);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    const attestation = bends.isSelfAttested
      ? { fmt: "packed", attStmt: { alg: -7, sig: sign("sha256", signed, this.#privateKey) }, authData }
      : { fmt: bends.format ?? "none", attStmt: bends.statement ?? {}, authData };
    return this.#answer(id, {
      clientDataJSON,
      attestationObject: Buffer.from(encode(attestation)).toString("base64url"),
      transports: ["internal"],
    });
  }

  /** `navigator.credentials.get()`. */
  get(options: { readonly challenge: string }, bends: Bends = {}): WebAuthnResponse {
    this.counter += 1;
    const authData = this.#authData(bends, 0);
    const clientDataJSON = clientData("webauthn.get", options.challenge, bends);
    const signed = Buffer.concat([authData, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    const signature = sign("sha256", signed, this.#privateKey);
    return this.#answer(bends.credentialId ?? this.credentialId, {
      clientDataJSON,
      authenticatorData: authData.toString("base64url"),
      signature: (bends.bendSignature?.(signature) ?? signature).toString("base64url"),
      userHandle: bends.userHandle === undefined ? this.userHandle : bends.userHandle,
    });
  }

  #authData(bends: Bends, flags: number): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(bends.counter ?? this.counter);
    const present = bends.isPresent === false ? 0 : 0x01;
    const verified = bends.isVerified === false ? 0 : 0x04;
    const rpId = bends.rpId ?? new URL(publicUrl).hostname;
    return Buffer.concat([sha256(rpId), Buffer.from([flags | present | verified]), counter]);
  }

  #answer(id: Buffer, response: WebAuthnResponse["response"]): WebAuthnResponse {
    const text = id.toString("base64url");
    return { id: text, rawId: text, type: "public-key", clientExtensionResults: {}, response };
  }
}

const clientData = (type: string, challenge: string, bends: Bends): string =>
  Buffer.from(
    JSON.stringify({
      type: bends.type ?? type,
      challenge: bends.challenge ?? challenge,
      origin: bends.origin ?? publicUrl,
      crossOrigin: false,
      ...bends.clientData,
    }),
  ).toString("base64url");

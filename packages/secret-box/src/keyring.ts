import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/**
 * A versioned master key and what is derived from it. The text form is `1:<base64 of 32 bytes>[,2:<base64>...]`;
 * the highest version seals, all of them open, so that keys rotate without downtime and old boxes are re-sealed lazily.
 *
 * Box format: `v1.<key version>.<base64url of 12-byte nonce | ciphertext | 16-byte tag>` (AES-256-GCM, NIST SP 800-38D).
 */
export interface Keyring {
  readonly currentVersion: number;
  /** `context` binds the box to its place (table, id, workspace): moved to another row it does not open. */
  seal(plain: string, context: BoxContext): string;
  /** Throws `BoxNotOpened` for a foreign context, an unknown key version or a changed box. */
  open(box: string, context: BoxContext): string;
  /** HMAC-SHA-256 (hex) under the pepper of the version; default is the current one. */
  digest(text: string, version?: number): string;
  /** The digest under every version, newest first, for look-ups while a rotation is under way. */
  digests(text: string): readonly string[];
  /** 32 bytes derived for one purpose from one version (HKDF-SHA-256, RFC 5869). */
  derive(purpose: string, version?: number): Buffer;
}

export interface BoxContext {
  readonly table: string;
  readonly id: string;
  readonly workspaceId: string;
}

export class BoxNotOpened extends Error {
  constructor(options?: ErrorOptions) {
    super("the sealed value cannot be opened", options);
    this.name = "BoxNotOpened";
  }
}

const nonceBytes = 12;
const tagBytes = 16;

/** Throws when the text is not a keyring: a service must not start with half a key. */
export const openKeyring = (text: string): Keyring => {
  const masters = parseKeyring(text);
  const currentVersion = Math.max(...masters.keys());
  const derive = (purpose: string, version = currentVersion): Buffer => {
    const master = masters.get(version);
    if (!master) throw new BoxNotOpened();
    return Buffer.from(hkdfSync("sha256", master, "roundtrip", purpose, 32));
  };
  const derivedOnce = memoised(derive);
  const digest = (value: string, version = currentVersion) =>
    createHmac("sha256", derivedOnce("pepper", version)).update(value).digest("hex");
  return {
    currentVersion,
    derive,
    digest,
    digests: (value) => [...masters.keys()].sort((a, b) => b - a).map((version) => digest(value, version)),
    seal: (plain, context) =>
      seal(plain, context, { version: currentVersion, key: derivedOnce("box", currentVersion) }),
    open: (box, context) => open(box, context, (version) => derivedOnce("box", version)),
  };
};

const memoised = (derive: (purpose: string, version: number) => Buffer) => {
  const known = new Map<string, Buffer>();
  return (purpose: string, version: number): Buffer => {
    const name = `${version}:${purpose}`;
    const key = known.get(name) ?? derive(purpose, version);
    known.set(name, key);
    return key;
  };
};

const associatedData = (context: BoxContext): Buffer =>
  Buffer.from(JSON.stringify([context.table, context.id, context.workspaceId]));

const seal = (plain: string, context: BoxContext, current: { version: number; key: Buffer }): string => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", current.key, nonce).setAAD(associatedData(context));
  const sealed = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${current.version}.${sealed.toString("base64url")}`;
};

const open = (box: string, context: BoxContext, keyOf: (version: number) => Buffer): string => {
  const match = /^v1\.(\d{1,6})\.([A-Za-z0-9_-]+)$/.exec(box);
  if (!match) throw new BoxNotOpened();
  const sealed = Buffer.from(match[2] ?? "", "base64url");
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(Number(match[1])), sealed.subarray(0, nonceBytes));
    decipher.setAAD(associatedData(context)).setAuthTag(sealed.subarray(-tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new BoxNotOpened({ cause });
  }
};

const parseKeyring = (text: string): Map<number, Buffer> => {
  const masters = new Map<number, Buffer>();
  for (const part of text.split(",")) {
    const match = /^\s*(\d{1,6}):([A-Za-z0-9+/_-]+=*)\s*$/.exec(part);
    const key = Buffer.from(match?.[2] ?? "", "base64");
    if (!match || key.length !== 32)
      throw new Error("MASTER_KEY must be `<version>:<base64 of 32 bytes>`, comma separated");
    masters.set(Number(match[1]), key);
  }
  return masters;
};

/** A fresh keyring text, for first starts of standalone and for tests. */
export const createKeyringText = (): string => `1:${randomBytes(32).toString("base64")}`;

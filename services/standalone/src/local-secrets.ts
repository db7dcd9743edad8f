import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createKeyringText } from "@roundtrip/secret-box/keyring";

/** Secrets that standalone makes up at its first start and keeps in `DATA_DIR/secrets.json`, readable by its owner only. */
export interface LocalSecrets {
  readonly postgresPassword: string;
  readonly databasePasswords: { readonly auth: string; readonly survey: string; readonly notify: string };
  readonly masterKeys: { readonly auth: string; readonly survey: string; readonly notify: string };
  readonly adminPassword: string;
  /** What the demo's portal needs; null until the demo has been set up. */
  readonly demo: DemoSecrets | null;
}

export interface DemoSecrets {
  readonly apiKey: string;
  readonly surveySecret: string;
  readonly webhookSecret: string;
  /** The portal's origin that the survey returns people to; another one needs the set-up again. */
  readonly portalUrl: string;
}

const fileOf = (dataDir: string): string => join(dataDir, "secrets.json");

export const readOrCreateSecrets = async (dataDir: string): Promise<{ secrets: LocalSecrets; isNew: boolean }> => {
  await mkdir(dataDir, { recursive: true });
  // As root, Postgres runs under another account that must be able to walk through to its own folder.
  if (process.getuid?.() === 0) await chmod(dataDir, 0o755);
  try {
    // Written by `saveSecrets` only, into a folder that only the owner can write to.
    return { secrets: JSON.parse(await readFile(fileOf(dataDir), "utf8")) as LocalSecrets, isNew: false };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  const secrets = createSecrets();
  await saveSecrets(dataDir, secrets);
  return { secrets, isNew: true };
};

const createSecrets = (): LocalSecrets => {
  const password = () => randomBytes(18).toString("base64url");
  return {
    postgresPassword: password(),
    databasePasswords: { auth: password(), survey: password(), notify: password() },
    masterKeys: { auth: createKeyringText(), survey: createKeyringText(), notify: createKeyringText() },
    adminPassword: password(),
    demo: null,
  };
};

/** Written beside and renamed: a crash leaves the old file or the new one, never half of one. */
export const saveSecrets = async (dataDir: string, secrets: LocalSecrets): Promise<void> => {
  const file = fileOf(dataDir);
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
};

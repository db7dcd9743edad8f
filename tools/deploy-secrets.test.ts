import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "@roundtrip/test-harness/find-nats-server";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readComposeFile } from "./deploy/compose-file.ts";
import { runProgram } from "./deploy/run-program.ts";
import { repositoryRoot } from "./house/source-tree.ts";

// The two scripts of deploy/ as an operator runs them, against a real Postgres.
const postgres = useTestDatabase("auth");
const contexts = ["auth", "survey", "notify"] as const;
let folder: string;
let secrets: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roundtrip-secrets-"));
  secrets = join(folder, "secrets");
  await copyFile(join(repositoryRoot, "deploy/make-secrets.sh"), join(folder, "make-secrets.sh"));
  expect(await runProgram(["sh", join(folder, "make-secrets.sh")], {})).toMatchObject({ exitCode: 0 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const secret = (name: string): Promise<string> => readFile(join(secrets, name), "utf8");

describe("make-secrets.sh", () => {
  it("makes every secret that docker-compose.yml names, and no other", async () => {
    const { secrets: declared } = await readComposeFile(repositoryRoot);
    expect((await readdir(secrets)).sort()).toEqual(Object.keys(declared).sort());
    for (const [name, { file }] of Object.entries(declared)) expect(file).toBe(`./deploy/secrets/${name}`);
  });

  it("keeps what is there, and shows it to nobody but who may enter the folder", async () => {
    const before = await Promise.all((await readdir(secrets)).map(secret));
    await runProgram(["sh", join(folder, "make-secrets.sh")], {});
    expect(await Promise.all((await readdir(secrets)).map(secret))).toEqual(before);
    expect((await stat(secrets)).mode & 0o077).toBe(0);
    // Those that only the operator knows are left empty; what was made up is never the same twice.
    const made = before.filter((text) => text !== "");
    expect(made.length).toBeGreaterThan(9);
    expect(new Set(made).size).toBe(made.length);
  });

  it("makes master keys of 256 bits, passwords of 192 bits, and database addresses of their own role", async () => {
    for (const context of contexts) {
      const [version, key = ""] = (await secret(`${context}_master_key`)).split(":");
      expect([version, Buffer.from(key, "base64").length]).toEqual(["1", 32]);
      expect(await secret(`${context}_nats_password`)).toMatch(/^p[0-9a-f]{48}$/);
      const address = new RegExp(`^postgres://roundtrip_${context}:p[0-9a-f]{48}@postgres:5432/roundtrip_${context}$`);
      expect(await secret(`${context}_database_url`)).toMatch(address);
    }
  });
});

describe("postgres/init.sh", () => {
  /** In place of psql: keeps what it is told. The image brings the real one. */
  const collectSql = async (secretsFolder: string): Promise<{ exitCode: number; sql: readonly string[] }> => {
    const bin = await mkdtemp(join(folder, "bin-"));
    await writeFile(join(bin, "psql"), '#!/bin/sh\ncat >"$(mktemp "$(dirname "$0")/$(date +%s%N)-XXXXXX.sql")"\n', {
      mode: 0o755,
    });
    const env = { PATH: `${bin}:/usr/bin:/bin`, POSTGRES_USER: "postgres", SECRETS_DIR: secretsFolder };
    const { exitCode } = await runProgram(["sh", join(repositoryRoot, "deploy/postgres/init.sh")], env);
    const files = (await readdir(bin)).filter((name) => name.endsWith(".sql")).sort();
    return { exitCode, sql: await Promise.all(files.map((name) => readFile(join(bin, name), "utf8"))) };
  };

  const asAdmin = async (statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: postgres.database().adminUrl });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };

  /** The address in the secret, at the port where this Postgres listens. */
  const addressOf = async (context: string): Promise<URL> => {
    const url = new URL(await secret(`${context}_database_url`));
    const { host } = new URL(postgres.database().adminUrl);
    url.host = host;
    return url;
  };

  const readAs = async (url: URL): Promise<string> => {
    const client = new pg.Client({ connectionString: url.href });
    try {
      await client.connect();
      await client.query("CREATE TABLE IF NOT EXISTS mine (id int)");
      return "reads and writes";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await client.end();
    }
  };

  afterAll(() =>
    asAdmin(
      contexts.flatMap((context) => [
        `DROP DATABASE IF EXISTS roundtrip_${context} WITH (FORCE)`,
        `DROP ROLE IF EXISTS roundtrip_${context}`,
      ]),
    ),
  );

  it("gives each service a database that it alone may enter", async () => {
    const { exitCode, sql } = await collectSql(secrets);
    expect(exitCode).toBe(0);
    await asAdmin(sql.flatMap((text) => text.split(/;\s*\n/).filter((statement) => statement.trim() !== "")));
    for (const role of contexts) {
      for (const database of contexts) {
        const url = await addressOf(role);
        url.pathname = `/roundtrip_${database}`;
        const wanted =
          role === database ? "reads and writes" : `permission denied for database "roundtrip_${database}"`;
        expect(await readAs(url)).toBe(wanted);
      }
    }
  });

  it("refuses a secret that would be read as SQL, before it changes anything", async () => {
    const bad = join(folder, "bad");
    await mkdir(bad);
    for (const context of contexts) {
      await writeFile(join(bad, `${context}_database_url`), "postgres://a:b'; DROP TABLE c; --@postgres:5432/d");
    }
    expect(await collectSql(bad)).toEqual({ exitCode: 1, sql: [] });
  });
});

describe("the broker's entry point", () => {
  it("hands nats-server any password as a text, also one that looks like a number", async () => {
    const numbers = await mkdtemp(join(folder, "numbers-"));
    for (const context of contexts) await writeFile(join(numbers, `${context}_nats_password`), "12e34");
    const { services } = await readComposeFile(repositoryRoot);
    const [shell = "", flags = "", script = ""] = services["nats"]?.entrypoint ?? [];
    const here = script
      .replaceAll("$$", "$")
      .replaceAll("/run/secrets", numbers)
      .replace("exec nats-server", `exec ${await findNatsServer()} -t`)
      .replace("/etc/nats/nats.conf", join(repositoryRoot, "deploy/nats.conf"));
    const { exitCode, output } = await runProgram([shell, flags, here], {});
    expect(output).toContain("is valid");
    expect(exitCode).toBe(0);
  });
});

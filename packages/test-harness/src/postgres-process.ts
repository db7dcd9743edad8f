import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalPostgres, startLocalPostgres } from "@roundtrip/local-postgres/local-postgres";

export type PostgresProcess = LocalPostgres;

/** A private Postgres on a free loopback port with its data in a temporary folder. `stop` removes it. */
export const startPostgres = async (settings: readonly string[] = []): Promise<PostgresProcess> => {
  const folder = await mkdtemp(join(tmpdir(), "roundtrip-postgres-"));
  const postgres = await startLocalPostgres({
    folder: join(folder, "data"),
    password: randomBytes(12).toString("hex"),
    settings: ["max_connections=300", ...settings],
  });
  return {
    ...postgres,
    stop: async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

import { createCredential } from "@roundtrip/access-token/credential-format";
import type { Sql } from "@roundtrip/database/database";
import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { type Question, verifyCredential } from "./verify-credential.ts";

/** Counts at the port: the database that knows nothing. */
const countQueries = async (question: Question): Promise<{ queries: number; uses: number; verified: unknown }> => {
  let queries = 0;
  let uses = 0;
  const db: Sql = {
    query: async () => {
      queries += 1;
      return [];
    },
  };
  const keyring = openKeyring(createKeyringText());
  const noteUse = () => {
    uses += 1;
  };
  const verified = await verifyCredential({ db, keyring, clock: () => new Date(), noteUse }, question);
  return { queries, uses, verified };
};

const flip = (text: string) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");

describe("a question about a credential", () => {
  it.each([
    ["nothing", ""],
    ["a JWT", "a.b.c"],
    ["a short key", "rt_live_x"],
    ["a key with a wrong checksum", flip(createCredential("live"))],
    ["a token with a wrong checksum", flip(createCredential("pat"))],
    ["a token renamed to a key", createCredential("pat").replace("_pat_", "_live_")],
    ["an unknown word", createCredential("pat").replace("_pat_", "_svc_")],
    ["a megabyte", `rt_live_${"A".repeat(1_000_000)}`],
  ])("reaches no database for %s", async (_name, credential) => {
    expect(await countQueries({ credential })).toEqual({ queries: 0, uses: 0, verified: null });
  });

  it.each([
    ["a well-formed key", { credential: createCredential("dev") }],
    ["a well-formed token", { credential: createCredential("pat") }],
    ["an id", { api_key_id: uuidv7() }],
  ])("takes one query for %s, and an unknown one is no use", async (_name, question) => {
    expect(await countQueries(question)).toEqual({ queries: 1, uses: 0, verified: null });
  });
});

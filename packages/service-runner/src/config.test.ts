import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigInvalid, flag, integer, list, maskConfig, optionalText, parseConfig, text } from "./config.ts";

const settings = {
  NAME: text("a name"),
  PORT: integer("a port", { min: 0, max: 65_535, default: 3_000 }),
  VERBOSE: flag("more words", { default: false }),
  HOSTS: list("hosts", { default: [] }),
  KEY: text("a key", { secret: true }),
  NOTE: optionalText("a note"),
} as const;

describe("configuration", () => {
  it("comes from the environment, with defaults, typed by its schema", () => {
    const config = parseConfig(settings, { NAME: "n", KEY: "k", HOSTS: "a, b,", VERBOSE: "true" });
    expect(config).toEqual({ NAME: "n", PORT: 3_000, VERBOSE: true, HOSTS: ["a", "b"], KEY: "k", NOTE: null });
    const port: number = config.PORT;
    expect(port).toBe(3_000);
  });

  it("reads a value from the file that <NAME>_FILE names", () => {
    const file = join(mkdtempSync(join(tmpdir(), "config-")), "key");
    writeFileSync(file, "from a file\n");
    expect(parseConfig(settings, { NAME: "n", KEY_FILE: file }).KEY).toBe("from a file");
  });

  it("names every fault at once, and no value", () => {
    const parse = () => parseConfig(settings, { PORT: "70000", VERBOSE: "yes", KEY: "k-secret" });
    expect(parse).toThrow(ConfigInvalid);
    expect(parse).toThrow(
      /NAME is missing[\s\S]*PORT must be a whole number from 0 to 65535[\s\S]*VERBOSE must be true or false/,
    );
    expect(parse).not.toThrow(/k-secret/);
  });

  it("masks secrets for the log", () => {
    expect(maskConfig(settings, parseConfig(settings, { NAME: "n", KEY: "k" }))).toMatchObject({
      NAME: "n",
      KEY: "***",
    });
  });
});

import { ConfigInvalid, maskConfig, parseConfig } from "@roundtrip/service-runner/config";
import { describe, expect, it } from "vitest";
import { notifySettings } from "./config.ts";

const least = {
  PORT: "1",
  INTERNAL_PORT: "2",
  PUBLIC_URL: "https://surveys.example",
  DATABASE_URL: "postgres://u:hush@h/d",
  NATS_URL: "nats://h",
  MASTER_KEY: "1:hush",
};
const parse = (env: Record<string, string>) => parseConfig(notifySettings, { ...least, ...env });

describe("settings", () => {
  it("are those of production when nothing is said", () => {
    expect(parse({})).toMatchObject({
      INSTANCE_ID: null,
      ALLOW_PRIVATE_CIDRS: [],
      SHARD_LEASE_MS: 8_000,
      RETRY_SCALE: 1,
      RETENTION_DAYS: 30,
    });
  });

  it("take address ranges", () => {
    expect(parse({ ALLOW_PRIVATE_CIDRS: "127.0.0.0/8, ::1/128,10.0.0.7" }).ALLOW_PRIVATE_CIDRS).toEqual([
      "127.0.0.0/8",
      "::1/128",
      "10.0.0.7",
    ]);
  });

  it.each([
    ["ALLOW_PRIVATE_CIDRS", "localhost"],
    ["ALLOW_PRIVATE_CIDRS", "127.0.0.0/8,10.0.0.0/40"],
    ["RETRY_SCALE", "0"],
    ["RETRY_SCALE", "fast"],
    ["RETRY_SCALE", "11"],
    ["SHARD_LEASE_MS", "399"],
    ["RETENTION_DAYS", "13"],
  ])("refuse %s=%s and name it", (name, value) => {
    expect(() => parse({ [name]: value })).toThrow(ConfigInvalid);
    expect(() => parse({ [name]: value })).toThrow(new RegExp(name));
  });

  it("show no secret in the log", () => {
    expect(JSON.stringify(maskConfig(notifySettings, parse({})))).not.toContain("hush");
  });
});

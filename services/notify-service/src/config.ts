import { commonSettings } from "@roundtrip/service-runner/common-settings";
import { type Config, integer, list, optionalText, type Setting } from "@roundtrip/service-runner/config";
import { parseCidr } from "./sending/address-guard.ts";

const cidrs = list(
  "address ranges that webhooks may lead to besides public ones, comma separated, for example 127.0.0.0/8",
  {
    default: [],
  },
);

/** For tests of hours in seconds. */
const scale: Setting<number> = {
  doc: "multiplies every wait of the retry schedule; anything but 1 is for tests",
  parse: (text) => {
    const value = Number(text);
    if (!(value > 0 && value <= 10)) throw new Error("must be a number above 0, at most 10");
    return value;
  },
  default: 1,
  secret: false,
};

export const notifySettings = {
  ...commonSettings,
  INSTANCE_ID: optionalText(
    "name of this process among its replicas; one that restarts under its name goes on at once",
  ),
  ALLOW_PRIVATE_CIDRS: {
    ...cidrs,
    parse: (text: string) => {
      const ranges = cidrs.parse(text);
      for (const range of ranges) parseCidr(range);
      return ranges;
    },
  },
  SHARD_LEASE_MS: integer("how long a killed replica's webhooks wait for another one", {
    min: 400,
    max: 60_000,
    default: 8_000,
  }),
  RETRY_SCALE: scale,
  RETENTION_DAYS: integer("days that events, ended deliveries and attempts are kept", {
    min: 14,
    max: 3_650,
    default: 30,
  }),
} as const;

export type NotifyConfig = Config<typeof notifySettings>;

import { openDatabase } from "@roundtrip/database/database";
import { openNatsEventBus } from "@roundtrip/event-bus/nats-event-bus";
import { openKeyring } from "@roundtrip/secret-box/keyring";
import { type Config, ConfigInvalid, parseConfig } from "@roundtrip/service-runner/config";
import { authSettings, lifetimesOf } from "./config.ts";
import { rotateByHand } from "./keys/rotate-by-hand.ts";

const usage = `Changes the keys that auth-service signs tokens with. Takes the service's own settings from the environment.

  node dist/rotate-keys.js               brings the next rotation forward; nobody is signed out
  node dist/rotate-keys.js --emergency   a key has leaked: replaces every key at once; everybody signs in again
`;

const { DATABASE_URL, MASTER_KEY, NATS_URL, NATS_USER, NATS_PASSWORD } = authSettings;
const { RESPONDENT_SIGN_IN_DAYS, STAFF_SIGN_IN_DAYS, COOKIE_IDLE_DAYS } = authSettings;
/** The part of the service's settings that this needs. */
const settings = {
  ...{ DATABASE_URL, MASTER_KEY, NATS_URL, NATS_USER, NATS_PASSWORD },
  ...{ RESPONDENT_SIGN_IN_DAYS, STAFF_SIGN_IN_DAYS, COOKIE_IDLE_DAYS },
} as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const rotate = async (config: Config<typeof settings>, kind: "planned" | "emergency"): Promise<void> => {
  const bus = openNatsEventBus({
    // The broker lets this name read replies to itself.
    name: "auth-service",
    servers: config.NATS_URL,
    ...(config.NATS_USER === null ? {} : { user: config.NATS_USER }),
    ...(config.NATS_PASSWORD === null ? {} : { password: config.NATS_PASSWORD }),
  });
  const db = openDatabase({ url: config.DATABASE_URL, name: "rotate-keys", poolSizeMax: 1 });
  const deps = { db, bus, keyring: openKeyring(config.MASTER_KEY), clock: () => new Date() };
  try {
    await rotateByHand({ ...deps, lifetimes: lifetimesOf(config) }, { kind, say });
  } finally {
    await db.close();
    await bus.close();
  }
};

const [option, ...more] = process.argv.slice(2);
if (more.length > 0 || (option !== undefined && option !== "--emergency")) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  try {
    await rotate(parseConfig(settings, process.env), option === "--emergency" ? "emergency" : "planned");
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`Nothing was changed, or not all: ${error.message}\n`);
    if (!(error instanceof ConfigInvalid)) process.stderr.write("Run this again when the cause is gone.\n");
    process.exitCode = 1;
  }
}

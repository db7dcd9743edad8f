import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@roundtrip/local-postgres/free-port";
import { provisionDatabases } from "@roundtrip/migrations/provision";
import { createKeyringText } from "@roundtrip/secret-box/keyring";
import { readBrokerPermissions } from "./broker-permissions.ts";
import { findCaddy } from "./find-caddy.ts";
import { type NatsServerProcess, startNatsServer } from "./nats-server-process.ts";
import { type PostgresProcess, startPostgres } from "./postgres-process.ts";
import { StackProcess } from "./stack-process.ts";

export type ServiceName = "auth" | "survey" | "notify";
const serviceNames = ["auth", "survey", "notify"] as const satisfies readonly ServiceName[];

export interface LocalStack {
  /** The gateway: the one origin that the world sees. */
  readonly url: string;
  readonly services: Readonly<Record<ServiceName, StackProcess>>;
  /** A second process of auth-service on the same database, for those who asked for it; not behind the gateway. */
  readonly secondAuth: { readonly service: StackProcess; readonly url: string } | null;
  /** What auth-service is started with: for commands that run beside it. */
  readonly authEnv: Readonly<Record<string, string>>;
  /** The services' own ports, behind the gateway. */
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly gateway: StackProcess;
  readonly postgres: PostgresProcess;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  readonly nats: NatsServerProcess;
  readonly admin: { readonly email: string; readonly password: string };
  /** Holds the logs; removed by `stop`. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface LocalStackOptions {
  /** The gateway's port; by default a free one. */
  readonly port?: number;
  /** Starts auth-service twice. */
  readonly twoAuthServices?: boolean;
  /** More variables for a service, on top of what the stack sets. */
  readonly env?: Partial<Readonly<Record<ServiceName, Readonly<Record<string, string>>>>>;
}

const repository = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * The topology of docker-compose.yml as processes: three services from their builds, a gateway, a private Postgres and a
 * private NATS with the users and permissions of `deploy/nats.conf`. Needs `pnpm build` first.
 */
export const startLocalStack = async (options: LocalStackOptions = {}): Promise<LocalStack> => {
  const folder = await mkdtemp(join(tmpdir(), "roundtrip-stack-"));
  const opened: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const postgres = await startPostgres();
    opened.push(() => postgres.stop());
    const broker = await readBrokerPermissions(join(repository, "deploy"));
    const nats = await startNatsServer({ configuration: broker.configuration });
    opened.push(() => nats.close());
    const passwords = { auth: createPassword(), survey: createPassword(), notify: createPassword() };
    const databaseUrls = await provisionDatabases({ adminUrl: postgres.adminUrl, prefix: "roundtrip", passwords });
    const admin = { email: "admin@example.org", password: createPassword() };
    const url = `http://127.0.0.1:${options.port ?? (await freePort())}`;
    const given = { folder, url, databaseUrls, natsUrl: nats.url, broker, admin, options };
    const started = await startServices(given, opened);
    const gateway = await startGateway({ folder, url, ports: started.ports });
    opened.push(() => gateway.stop());
    return {
      url,
      services: started.services,
      secondAuth: started.secondAuth,
      authEnv: started.authEnv,
      ports: started.ports,
      gateway,
      postgres,
      databaseUrls,
      nats,
      admin,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

const createPassword = (): string => randomBytes(18).toString("base64url");

interface Given {
  readonly folder: string;
  readonly url: string;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  readonly natsUrl: string;
  readonly broker: { readonly passwords: Readonly<Record<ServiceName, string>> };
  readonly admin: { readonly email: string; readonly password: string };
  readonly options: LocalStackOptions;
}

const startServices = async (given: Given, opened: (() => Promise<void>)[]) => {
  const create = async (name: ServiceName) => createService(given, { name, masterKey: createKeyringText() });
  const [auth, survey, notify] = [await create("auth"), await create("survey"), await create("notify")];
  const again = { name: "auth", replica: 2, masterKey: auth.env["MASTER_KEY"] } as const;
  const second = given.options.twoAuthServices ? await createService(given, again) : null;
  const all = [auth, survey, notify, ...(second ? [second] : [])];
  for (const { service } of all) opened.push(() => service.stop());
  await Promise.all(all.map(({ service }) => service.start()));
  return {
    services: { auth: auth.service, survey: survey.service, notify: notify.service },
    secondAuth: second && { service: second.service, url: `http://127.0.0.1:${second.port}` },
    authEnv: auth.env,
    ports: { auth: auth.port, survey: survey.port, notify: notify.port },
  };
};

interface Wanted {
  readonly name: ServiceName;
  readonly masterKey: string;
  /** Two for a second process of the same service. */
  readonly replica?: number;
}

const createService = async (given: Given, { name, masterKey, replica }: Wanted) => {
  const port = await freePort();
  const internalPort = await freePort();
  const env = {
    PORT: String(port),
    INTERNAL_PORT: String(internalPort),
    PUBLIC_URL: given.url,
    DATABASE_URL: given.databaseUrls[name],
    NATS_URL: given.natsUrl,
    NATS_USER: `${name}-service`,
    NATS_PASSWORD: given.broker.passwords[name],
    MASTER_KEY: masterKey,
    TRUST_PROXY: "127.0.0.1",
    LOG_LEVEL: "info",
    ...(name === "auth"
      ? { ADMIN_EMAIL: given.admin.email, ADMIN_PASSWORD: given.admin.password, CUSTOMER_NAME: "Stack" }
      : {}),
    // Named, so that a killed process takes its own shards back at once and waits for no lease.
    ...(name === "notify" ? { INSTANCE_ID: "stack", ALLOW_PRIVATE_CIDRS: "127.0.0.0/8,::1/128" } : {}),
    ...given.options.env?.[name],
  };
  const processName = `${name}-service${replica === undefined ? "" : `-${replica}`}`;
  const service = new StackProcess({
    name: processName,
    command: process.execPath,
    args: [join(repository, "services", `${name}-service`, "dist", "main.js")],
    readyUrl: `http://127.0.0.1:${internalPort}/health/ready`,
    logFile: join(given.folder, `${processName}.log`),
    env,
  });
  return { service, port, env };
};

interface Gateway {
  readonly folder: string;
  readonly url: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
}

/** Caddy with the very file that the containers use; only the addresses differ. */
const startGateway = async ({ folder, url, ports }: Gateway): Promise<StackProcess> => {
  const gateway = new StackProcess({
    name: "gateway",
    command: await findCaddy(),
    args: ["run", "--adapter", "caddyfile", "--config", join(repository, "deploy", "Caddyfile")],
    readyUrl: `${url}/.well-known/jwks.json`,
    logFile: join(folder, "gateway.log"),
    env: {
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      SITE_ADDRESS: url,
      ...Object.fromEntries(serviceNames.map((name) => [`${name.toUpperCase()}_UPSTREAM`, `127.0.0.1:${ports[name]}`])),
    },
  });
  await gateway.start();
  return gateway;
};

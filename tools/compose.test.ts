import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { authSettings } from "@roundtrip/auth-service/config";
import { notifySettings } from "@roundtrip/notify-service/config";
import type { Settings } from "@roundtrip/service-runner/config";
import { createLogger } from "@roundtrip/service-runner/logger";
import { runServices } from "@roundtrip/service-runner/run-services";
import { surveySettings } from "@roundtrip/survey-service/config";
import { beforeAll, describe, expect, it } from "vitest";
import {
  addressIn,
  type ComposeFile,
  type ComposeService,
  interpolate,
  networksOf,
  readComposeFile,
} from "./deploy/compose-file.ts";
import { type ImageStage, readStages } from "./deploy/image-file.ts";
import { runProgram } from "./deploy/run-program.ts";
import { repositoryRoot } from "./house/source-tree.ts";

// No container runs here: what can be said about docker-compose.yml without one is said against what it talks about.
const settingsOf: Readonly<Record<string, Settings>> = {
  "auth-service": authSettings,
  "survey-service": surveySettings,
  "notify-service": notifySettings,
};
const services = Object.keys(settingsOf);
const given = {
  PUBLIC_URL: "https://survey.example.org",
  SITE_ADDRESS: "survey.example.org",
  ADMIN_EMAIL: "admin@example.org",
};

let compose: ComposeFile;
let stages: ReadonlyMap<string, ImageStage>;
let caddyfile: string;

beforeAll(async () => {
  compose = await readComposeFile(repositoryRoot);
  stages = readStages(await readFile(join(repositoryRoot, "deploy/Dockerfile"), "utf8"));
  caddyfile = await readFile(join(repositoryRoot, "deploy/Caddyfile"), "utf8");
});

const serviceOf = (name: string): ComposeService => {
  const service = compose.services[name];
  if (!service) throw new Error(`docker-compose.yml has no ${name}`);
  return service;
};

const stageOf = (name: string): ImageStage => {
  const stage = stages.get(serviceOf(name).build?.target ?? "");
  if (!stage) throw new Error(`deploy/Dockerfile has no stage for ${name}`);
  return stage;
};

/** What the process will find in its environment: the image's, then compose's. */
const environmentOf = (name: string): Record<string, string> => ({
  ...stageOf(name).environment,
  ...Object.fromEntries(
    Object.entries(serviceOf(name).environment ?? {}).map(([key, value]) => [key, interpolate(String(value), given)]),
  ),
});

describe.each(services)("%s", (name) => {
  const settings = settingsOf[name] ?? {};

  it("is given every variable that it cannot do without, and none that it does not know", () => {
    const names = Object.keys(environmentOf(name)).filter((key) => key !== "NODE_ENV");
    const plain = names.map((key) => key.replace(/_FILE$/, ""));
    const required = Object.keys(settings).filter((key) => settings[key]?.default === undefined);
    expect(required.length).toBeGreaterThan(4);
    expect(required.filter((key) => !plain.includes(key))).toEqual([]);
    expect(plain.filter((key) => !(key in settings))).toEqual([]);
    expect(new Set(plain).size).toBe(plain.length);
  });

  it("is given values that its settings accept", () => {
    for (const [key, value] of Object.entries(environmentOf(name))) {
      if (key in settings) expect(() => settings[key]?.parse(value), `${key}=${value}`).not.toThrow();
    }
  });

  it("gets secrets from files, and each of them is a secret that it may read and that exists", () => {
    const environment = environmentOf(name);
    const secret = Object.keys(settings).filter((key) => settings[key]?.secret);
    expect(secret.filter((key) => key in environment)).toEqual([]);
    const files = Object.entries(environment).filter(([key]) => key.endsWith("_FILE"));
    const used = files.map(([, path]) => path.replace(/^\/run\/secrets\//, ""));
    expect(used.sort()).toEqual([...(serviceOf(name).secrets ?? [])].sort());
    expect(used.filter((one) => !(one in compose.secrets))).toEqual([]);
    expect(files.every(([key]) => secret.includes(key.replace(/_FILE$/, "")))).toBe(true);
  });

  it("knows the broker by its own user, whose password the broker reads from the same secret", () => {
    expect(environmentOf(name)["NATS_USER"]).toBe(name);
    expect(environmentOf(name)["NATS_URL"]).toBe("nats://nats:4222");
    const secret = `${name.replace("-service", "")}_nats_password`;
    expect(environmentOf(name)["NATS_PASSWORD_FILE"]).toBe(`/run/secrets/${secret}`);
    expect(serviceOf("nats").secrets).toContain(secret);
  });

  it("listens where the gateway sends its requests, and not only to itself", () => {
    const variable = `${name.replace("-service", "").toUpperCase()}_UPSTREAM`;
    const { PORT, HOST, INTERNAL_HOST } = environmentOf(name);
    expect(serviceOf("gateway").environment?.[variable]).toBe(`${name}:${PORT}`);
    expect(caddyfile).toContain(`{$${variable}:${name}:${PORT}}`);
    expect([HOST, INTERNAL_HOST]).toEqual(["0.0.0.0", "0.0.0.0"]);
  });

  it("publishes no port, writes nowhere, and is nobody special", () => {
    const service = serviceOf(name);
    expect(service.ports).toBeUndefined();
    expect(service.volumes).toBeUndefined();
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(stageOf(name).instructions.filter((line) => line.startsWith("USER "))).toEqual(["USER node"]);
  });

  it("starts when Postgres and NATS are healthy, and drains before it is killed", () => {
    expect(serviceOf(name).depends_on).toEqual({
      postgres: { condition: "service_healthy" },
      nats: { condition: "service_healthy" },
    });
    expect(Number.parseInt(serviceOf(name).stop_grace_period ?? "", 10)).toBeGreaterThan(25);
  });

  it("finds in its image what its settings point to", async () => {
    const { instructions, environment } = stageOf(name);
    const context = name.replace("-service", "");
    expect(instructions).toContain(`COPY --from=build /out/${name} ./`);
    expect(instructions).toContain(`COPY --from=build /src/prisma/${context} ./prisma`);
    expect(environment["PRISMA_DIR"]).toBe("/app/prisma");
    await access(join(repositoryRoot, "prisma", context, "schema.prisma"));
    const builds: unknown = JSON.parse(
      await readFile(join(repositoryRoot, "services", name, "tsconfig.build.json"), "utf8"),
    );
    expect(builds).toMatchObject({ compilerOptions: { outDir: "dist", rootDir: "src" } });
    expect(instructions.at(-1)).not.toMatch(/^CMD/);
    expect(instructions).toContain('CMD ["node", "--enable-source-maps", "dist/main.js"]');
    await access(join(repositoryRoot, "services", name, "src", "main.ts"));
  });

  it("is asked for its health in a way that the service runner answers", async () => {
    const running = await runServices({
      services: [],
      host: "127.0.0.1",
      port: 0,
      internalHost: "127.0.0.1",
      internalPort: 0,
      trustProxy: [],
      logger: createLogger("compose-test", "silent"),
    });
    const check = (port: number | null) => {
      const [line = ""] = stageOf(name).instructions.filter((one) => one.startsWith("HEALTHCHECK "));
      const command: readonly string[] = JSON.parse(line.slice(line.indexOf("CMD ") + 4));
      return runProgram(command, { INTERNAL_PORT: String(port) });
    };
    try {
      expect(await check(running.internalPort)).toMatchObject({ exitCode: 0 });
      expect(await check(running.port)).toMatchObject({ exitCode: 1 });
    } finally {
      await running.stop();
    }
  });
});

describe("the whole", () => {
  it("lets only the gateway be reached from outside", () => {
    const published = Object.entries(compose.services).filter(([, service]) => service.ports);
    expect(published.map(([name]) => name)).toEqual(["gateway"]);
    const outside = Object.keys(compose.networks).filter((name) => !compose.networks[name]?.internal);
    const reaching = Object.entries(compose.services).filter(([, one]) =>
      networksOf(one).some((n) => outside.includes(n)),
    );
    // notify-service calls its receivers, auth-service the mail server; nobody else has a way out.
    expect(reaching.map(([name]) => name).sort()).toEqual(["auth-service", "gateway", "notify-service"]);
  });

  it("keeps the gateway away from Postgres and NATS", () => {
    expect(networksOf(serviceOf("gateway"))).not.toContain("data");
    for (const name of ["postgres", "nats"]) expect(networksOf(serviceOf(name))).toEqual(["data"]);
    for (const name of services)
      expect(networksOf(serviceOf(name))).toEqual(expect.arrayContaining(["gateway", "data"]));
  });

  it("makes the services believe the gateway's address, and only that", () => {
    const address = addressIn(serviceOf("gateway"), "gateway");
    const subnet = compose.networks["gateway"]?.ipam?.config[0]?.subnet ?? "";
    expect(address).toMatch(/^172\.31\.250\.\d+$/);
    expect(subnet).toBe("172.31.250.0/24");
    for (const name of services) expect(environmentOf(name)["TRUST_PROXY"]).toBe(address);
  });

  it("starts the gateway when all services are healthy", () => {
    const waiting = Object.fromEntries(services.map((name) => [name, { condition: "service_healthy" }]));
    expect(serviceOf("gateway").depends_on).toEqual(waiting);
  });

  it("has a health check for everything", () => {
    for (const name of ["gateway", "postgres", "nats"])
      expect(serviceOf(name).healthcheck?.test.length).toBeGreaterThan(1);
  });

  it("names only files that exist, and volumes that it declares", async () => {
    const mounts = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    const sources = mounts.map((mount) => mount.split(":")[0] ?? "");
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      if (source.startsWith(".")) await access(join(repositoryRoot, source));
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it("builds with the package manager that the repository names", async () => {
    const manifest: { readonly packageManager: string } = JSON.parse(
      await readFile(join(repositoryRoot, "package.json"), "utf8"),
    );
    const dockerfile = await readFile(join(repositoryRoot, "deploy/Dockerfile"), "utf8");
    expect(dockerfile).toContain(`npm install --global ${manifest.packageManager}`);
  });

  it("needs no variable that .env.example does not explain, and that one explains no other", async () => {
    const text = await readFile(join(repositoryRoot, "docker-compose.yml"), "utf8");
    const example = await readFile(join(repositoryRoot, "deploy/.env.example"), "utf8");
    const used = new Set([...text.matchAll(/(?<!\$)\$\{(\w+):[-?]/g)].map(([, name]) => name));
    const explained = [...example.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(explained.sort()).toEqual([...used].sort());
  });
});

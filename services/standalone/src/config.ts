import { resolve } from "node:path";
import { type Config, flag, integer, optionalText, parseConfig, text } from "@roundtrip/service-runner/config";

export const standaloneSettings = {
  PORT: integer("port of everything", { min: 0, max: 65_535, default: 3_000 }),
  HOST: text("address to listen on", { default: "127.0.0.1" }),
  PUBLIC_URL: optionalText("the origin that browsers see; default http://localhost:$PORT"),
  DATA_DIR: text("where the database and the generated secrets live", { default: ".data" }),
  DATABASE_URL: optionalText(
    "a Postgres server to use instead of the embedded one; the role must create databases and roles",
    {
      secret: true,
    },
  ),
  NATS_URL: optionalText("a NATS server to use instead of the in-process bus"),
  DEMO: flag("set up the demo study and start the clinic's portal", { default: true }),
  PORTAL_PORT: integer("port of the demo's clinic portal", { min: 0, max: 65_535, default: 3_100 }),
  ADMIN_EMAIL: optionalText("e-mail of the first account; default admin@example.org"),
  ADMIN_PASSWORD: optionalText("its password; made up and printed once when left out", { secret: true }),
  CUSTOMER_NAME: text("name of the first customer", { default: "Demo" }),
  SMTP_URL: optionalText(
    "where mails go, for example smtps://user:password@mail.example; without it they are shown here",
    {
      secret: true,
    },
  ),
  MAIL_FROM: text("sender of mails", { default: "Roundtrip <no-reply@localhost>" }),
  LOG_LEVEL: text("pino level", { default: "warn" }),
} as const;

export type StandaloneConfig = Config<typeof standaloneSettings>;

export const readStandaloneConfig = (env: Readonly<Record<string, string | undefined>>): StandaloneConfig => {
  const config = parseConfig(standaloneSettings, env);
  return { ...config, DATA_DIR: resolve(config.DATA_DIR) };
};

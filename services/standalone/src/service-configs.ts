import { type AuthConfig, authSettings } from "@roundtrip/auth-service/config";
import { type NotifyConfig, notifySettings } from "@roundtrip/notify-service/config";
import { parseConfig } from "@roundtrip/service-runner/config";
import { type SurveyConfig, surveySettings } from "@roundtrip/survey-service/config";
import type { StandaloneConfig } from "./config.ts";
import type { LocalSecrets } from "./local-secrets.ts";

interface Given {
  readonly config: StandaloneConfig;
  readonly secrets: LocalSecrets;
  readonly databaseUrls: { readonly auth: string; readonly survey: string; readonly notify: string };
  readonly url: string;
}

/** The three services' own schemas parse what standalone gives them, so that a new setting gets its default here too. */
export const createServiceConfigs = ({
  config,
  secrets,
  databaseUrls,
  url,
}: Given): { auth: AuthConfig; survey: SurveyConfig; notify: NotifyConfig } => {
  const common = {
    PORT: String(config.PORT),
    INTERNAL_PORT: "0",
    PUBLIC_URL: url,
    NATS_URL: config.NATS_URL ?? "in-process",
    LOG_LEVEL: config.LOG_LEVEL,
  };
  return {
    auth: parseConfig(authSettings, {
      ...common,
      DATABASE_URL: databaseUrls.auth,
      MASTER_KEY: secrets.masterKeys.auth,
      ADMIN_EMAIL: config.ADMIN_EMAIL ?? "admin@example.org",
      ADMIN_PASSWORD: config.ADMIN_PASSWORD ?? secrets.adminPassword,
      CUSTOMER_NAME: config.CUSTOMER_NAME,
      ...(config.SMTP_URL === null ? {} : { SMTP_URL: config.SMTP_URL }),
      MAIL_FROM: config.MAIL_FROM,
    }),
    survey: parseConfig(surveySettings, {
      ...common,
      DATABASE_URL: databaseUrls.survey,
      MASTER_KEY: secrets.masterKeys.survey,
    }),
    notify: parseConfig(notifySettings, {
      ...common,
      DATABASE_URL: databaseUrls.notify,
      MASTER_KEY: secrets.masterKeys.notify,
      INSTANCE_ID: "standalone",
      // Standalone is for trying things on one machine: receivers on loopback are what everybody has there.
      ALLOW_PRIVATE_CIDRS: "127.0.0.0/8,::1/128",
    }),
  };
};

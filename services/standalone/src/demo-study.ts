import { gad7Definition } from "@roundtrip/clinic-portal/gad-7";
import type { DemoSecrets } from "./local-secrets.ts";

export const demoSlug = "gad-7";

export interface DemoOptions {
  readonly url: string;
  readonly portalUrl: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
}

/**
 * Sets the demo study up through the public API, as any customer would: sign in, make a dev API key, create the survey,
 * its secret and the webhook. Answers what the portal needs to know.
 */
export const setUpDemoStudy = async (options: DemoOptions): Promise<DemoSecrets> => {
  const { refreshToken } = await call(options, {
    path: "/signin",
    body: { email: options.adminEmail, password: options.adminPassword },
  });
  const { accessToken } = await call(options, { path: "/refresh", headers: { "x-auth-token": String(refreshToken) } });
  const staff = { authorization: `Bearer ${String(accessToken)}`, "x-workspace": "dev" };
  const { key } = await call(options, {
    path: "/v2/api-keys",
    headers: staff,
    body: { name: "Demo portal", environment: "dev" },
  });
  const machine = { "x-api-key": String(key) };
  await createSurvey(options, machine);
  const { secret: surveySecret } = await call(options, {
    path: `/v2/surveys/${demoSlug}/jwt-secret`,
    headers: machine,
    body: {},
  });
  const { secret: webhookSecret } = await call(options, {
    path: "/v2/webhooks",
    headers: machine,
    body: {
      url: `${options.portalUrl}/webhooks/roundtrip`,
      description: "Riverside Clinic's portal",
      event_types: ["session.*", "submission.created"],
      format: "standard",
      payload: "thin",
    },
  });
  return {
    apiKey: String(key),
    surveySecret: String(surveySecret),
    webhookSecret: String(webhookSecret),
    portalUrl: options.portalUrl,
  };
};

const createSurvey = async (options: DemoOptions, machine: Record<string, string>): Promise<void> => {
  const body = {
    slug: demoSlug,
    name: "How have you been feeling? (GAD-7)",
    state: "active",
    support_email: "help@example.org",
    definition: gad7Definition,
    settings: {
      user_generation: { mode: "jwt", require: ["exp", "sub"], max_lifetime_seconds: 3_600 },
      personal_identifiers: true,
      custom_fields: true,
      redirect: {
        url: `${options.portalUrl}/return?patient={username}`,
        timer: 5,
        target: "_self",
        ticket: "jwt",
        allowed_origins: [options.portalUrl],
      },
    },
  };
  const existing = await fetch(`${options.url}/v2/surveys/${demoSlug}`, { headers: machine });
  if (existing.status === 404) await call(options, { path: "/v2/surveys", headers: machine, body });
  else
    await call(options, {
      method: "PATCH",
      path: `/v2/surveys/${demoSlug}`,
      headers: machine,
      body: { settings: body.settings },
    });
};

interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const call = async (
  options: DemoOptions,
  { method = "POST", path, headers = {}, body }: Call,
): Promise<Record<string, unknown>> => {
  const answer = await fetch(options.url + path, {
    method,
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`the demo's ${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
  const value: unknown = await answer.json();
  return typeof value === "object" && value !== null ? { ...value } : {};
};

/** What an integrator needs to know: two addresses and three secrets. */
export interface PortalConfig {
  /** Where the portal is reached from outside; the audience of return tickets is its origin. */
  readonly publicUrl: string;
  readonly roundtripUrl: string;
  readonly surveySlug: string;
  /** Signs the tokens that patients are sent in with (HS256). */
  readonly surveySecret: string;
  readonly apiKey: string;
  /** `whsec_...`: verifies what Roundtrip sends. */
  readonly webhookSecret: string;
}

/** Reads the environment; throws an error that names what is missing. */
export const parseConfig = (env: Readonly<Record<string, string | undefined>>) => {
  const read = (name: string, otherwise?: string): string => {
    const value = env[name] || otherwise;
    if (value === undefined) throw new Error(`Please set ${name}.`);
    return value.replace(/\/+$/, "");
  };
  const port = Number(read("PORT", "3100"));
  const portal: PortalConfig = {
    publicUrl: read("PUBLIC_URL", `http://localhost:${port}`),
    roundtripUrl: read("ROUNDTRIP_URL"),
    surveySlug: read("SURVEY_SLUG"),
    surveySecret: read("SURVEY_SECRET"),
    apiKey: read("API_KEY"),
    webhookSecret: read("WEBHOOK_SECRET"),
  };
  return { port, host: read("HOST", "127.0.0.1"), portal };
};

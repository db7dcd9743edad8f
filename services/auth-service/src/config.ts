import { availableParallelism } from "node:os";
import { commonSettings } from "@roundtrip/service-runner/common-settings";
import { type Config, flag, integer, list, optionalText, text } from "@roundtrip/service-runner/config";
import type { Lifetimes } from "./sign-ins/open-sign-in.ts";

export const authSettings = {
  ...commonSettings,
  ADMIN_EMAIL: optionalText("e-mail of the first account, made when there is none yet"),
  ADMIN_PASSWORD: optionalText("its password, 15 characters or more; changing it here later changes nothing", {
    secret: true,
  }),
  CUSTOMER_NAME: text("name of the first account's customer", { default: "Demo" }),
  ACCESS_TOKEN_SECONDS: integer("life of an access token", { min: 60, max: 7_200, default: 600 }),
  RESPONDENT_SIGN_IN_DAYS: integer("life of a respondent's refresh token", { min: 1, max: 400, default: 90 }),
  STAFF_SIGN_IN_DAYS: integer("life of a staff account's refresh token", { min: 1, max: 400, default: 30 }),
  COOKIE_IDLE_DAYS: integer("a sign-in by cookie ends when it is unused for so long", {
    min: 1,
    max: 400,
    default: 30,
  }),
  SMTP_URL: optionalText("where mails go, for example smtps://user:password@mail.example; without it they wait", {
    secret: true,
  }),
  MAIL_FROM: text("sender of mails", { default: "Roundtrip <no-reply@localhost>" }),
  AUDIT_RETENTION_DAYS: integer("audit entries older than this are pruned", { min: 30, max: 36_500, default: 730 }),
  OIDC_ISSUER: optionalText("the staff's own OpenID provider, for example https://login.example"),
  OIDC_CLIENT_ID: optionalText("our name there"),
  OIDC_CLIENT_SECRET: optionalText("our secret there; none for a public client", { secret: true }),
  OIDC_TRUST_EMAIL: flag("links an account at its first sign-in by the provider's verified e-mail", {
    default: false,
  }),
  LIMITS_EXEMPT_CIDRS: list("addresses that no rate limit refuses, for load tests; throttles of accounts still hold", {
    default: [],
  }),
  HASH_CONCURRENCY: integer("passwords hashed at the same time, 64 MiB each", {
    min: 1,
    max: 64,
    default: Math.min(availableParallelism(), 64),
  }),
} as const;

export type AuthConfig = Config<typeof authSettings>;

const dayMs = 86_400_000;

export const lifetimesOf = (
  config: Pick<AuthConfig, "RESPONDENT_SIGN_IN_DAYS" | "STAFF_SIGN_IN_DAYS" | "COOKIE_IDLE_DAYS">,
): Lifetimes => ({
  respondentMs: config.RESPONDENT_SIGN_IN_DAYS * dayMs,
  staffMs: config.STAFF_SIGN_IN_DAYS * dayMs,
  idleMs: config.COOKIE_IDLE_DAYS * dayMs,
});

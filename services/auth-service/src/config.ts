import { availableParallelism } from "node:os";
import { commonSettings } from "@roundtrip/service-runner/common-settings";
import { type Config, integer, optionalText, text } from "@roundtrip/service-runner/config";

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
  HASH_CONCURRENCY: integer("passwords hashed at the same time, 64 MiB each", {
    min: 1,
    max: 64,
    default: Math.min(availableParallelism(), 64),
  }),
} as const;

export type AuthConfig = Config<typeof authSettings>;

import { createSecretKey } from "node:crypto";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import type { FastifyInstance, LightMyRequestResponse } from "fastify";
import { SignJWT } from "jose";
import { expect } from "vitest";
import type { TestWorkspace } from "./test-callers.ts";

/** A definition with two questions, for tests that do not care which. */
export const smallDefinition = {
  pages: [
    {
      name: "page1",
      elements: [
        { type: "rating", name: "wellbeing", isRequired: true },
        { type: "comment", name: "remarks" },
      ],
    },
  ],
};

export interface TestSurvey {
  readonly surveyId: string;
  readonly slug: string;
  readonly secret: string;
  /** A create-user token as a customer makes it. */
  sign(claims: Record<string, unknown>, options?: SignOptions): Promise<string>;
  /** Calls create-user with the claims, or with a token made elsewhere. */
  createUser(given: Record<string, unknown> | string, query?: string): Promise<LightMyRequestResponse>;
}

export interface SignOptions {
  readonly secret?: string;
  readonly header?: Record<string, unknown>;
}

let surveysMade = 0;

/** An active survey with a secret, made through the API. */
export const createTestSurvey = async (
  app: FastifyInstance,
  workspace: TestWorkspace,
  settings: SurveySettings = { user_generation: { mode: "jwt" }, personal_identifiers: true, custom_fields: true },
): Promise<TestSurvey> => {
  surveysMade += 1;
  const slug = `survey-${surveysMade}`;
  const { headers } = workspace;
  const body = { slug, name: "A survey", definition: smallDefinition, state: "active", settings };
  const made = await app.inject({ method: "POST", url: "/v2/surveys", headers, body });
  expect(made.json()).toMatchObject({ slug });
  const surveyId: string = made.json().survey_id;
  const secretMade = await app.inject({ method: "POST", url: `/v2/surveys/${surveyId}/jwt-secret`, headers, body: {} });
  const secret: string = secretMade.json().secret;
  const sign: TestSurvey["sign"] = (claims, options = {}) => signToken(claims, { secret, ...options });
  return {
    surveyId,
    slug,
    secret,
    sign,
    createUser: async (given, query = "") => {
      const token = typeof given === "string" ? given : await sign(given);
      return app.inject({ method: "POST", url: `/surveys/${slug}/create-user${query}`, body: { token } });
    },
  };
};

const signToken = (
  claims: Record<string, unknown>,
  { secret, header = {} }: { readonly secret: string; readonly header?: Record<string, unknown> },
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT", ...header })
    .sign(createSecretKey(Buffer.from(secret, "utf8")));

import type { Environment } from "@roundtrip/contracts/scope";
import type { SurveySettings } from "@roundtrip/contracts/survey/survey-settings";
import type { Database } from "@roundtrip/database/database";
import type { LightMyRequestResponse } from "fastify";
import { expect } from "vitest";
import type { OpenSurveyService } from "./open-survey-service.ts";
import type { TestWorkspace } from "./test-callers.ts";
import { createTestSurvey } from "./test-surveys.ts";

type Service = OpenSurveyService & { readonly db: Database };
type Data = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

const gadItems = [1, 2, 3, 4, 5, 6, 7].map((item) => `gad${item}`);
export const lowAnswers: Data = Object.fromEntries(gadItems.map((name) => [name, 0]));
export const highAnswers: Data = Object.fromEntries(gadItems.map((name) => [name, 2]));

/** Seven items, their sum, and a question that only a high sum shows. */
export const anxietyDefinition: Data = {
  pages: [
    {
      elements: gadItems.map((name) => ({ type: "radiogroup", name, isRequired: true, choices: [0, 1, 2, 3] })),
    },
    {
      elements: [
        { type: "radiogroup", name: "difficulty", choices: ["none", "some", "very"], visibleIf: "{score} >= 5" },
        { type: "text", name: "age", inputType: "number", min: 18 },
      ],
    },
  ],
  calculatedValues: [{ name: "score", expression: gadItems.map((name) => `{${name}}`).join("+") }],
};

/** One respondent in front of a survey, with the calls that their browser makes. */
export interface Sitting {
  readonly username: string;
  readonly userId: string;
  readonly respondentId: string;
  readonly headers: Headers;
  get(path: string): Promise<LightMyRequestResponse>;
  start(query?: string): Promise<LightMyRequestResponse>;
  /** Starts and answers the session's id. */
  begin(): Promise<string>;
  save(sessionId: string, data: unknown): Promise<LightMyRequestResponse>;
  submit(sessionId: string, data: unknown, query?: string): Promise<LightMyRequestResponse>;
  cancel(sessionId: string): Promise<LightMyRequestResponse>;
}

export interface SessionScene {
  readonly workspace: TestWorkspace;
  readonly surveyId: string;
  readonly slug: string;
  sit(claims?: Data): Promise<Sitting>;
  change(members: Data): Promise<void>;
  publish(definition: Data): Promise<void>;
  /** As the organisation's own back end. */
  ask(method: "GET" | "POST", url: string, body?: object): Promise<LightMyRequestResponse>;
  /** Types, statuses and sequences of a session's events, in the order in which they were stored. */
  eventsOf(sessionId: string): Promise<readonly string[]>;
}

export interface SceneOptions {
  readonly settings?: SurveySettings;
  readonly definition?: Data;
  readonly environment?: Environment;
  readonly workspace?: TestWorkspace;
}

/** An active survey with the anxiety scale, made through the API. */
export const openScene = async (service: Service, options: SceneOptions = {}): Promise<SessionScene> => {
  const { app, callers, db } = service;
  const workspace = options.workspace ?? callers.workspace(options.environment);
  const survey = await createTestSurvey(app, workspace, {
    user_generation: { mode: "jwt" },
    personal_identifiers: true,
    custom_fields: true,
    ...options.settings,
  });
  const write = async (method: "PUT" | "PATCH", url: string, body: object) => {
    const answer = await app.inject({ method, url, headers: workspace.headers, body });
    expect(answer.json()).toMatchObject({ survey_id: survey.surveyId });
  };
  const publish = (definition: Data) => write("PUT", `/v2/surveys/${survey.surveyId}/definition`, definition);
  await publish(options.definition ?? anxietyDefinition);
  let respondents = 0;
  return {
    workspace,
    surveyId: survey.surveyId,
    slug: survey.slug,
    publish,
    change: (members) => write("PATCH", `/v2/surveys/${survey.surveyId}`, members),
    ask: (method, url, body) => app.inject({ method, url, headers: workspace.headers, ...(body ? { body } : {}) }),
    eventsOf: (sessionId) => listEvents(db, sessionId),
    sit: async (claims = {}) => {
      respondents += 1;
      const username = `person-${respondents}`;
      const created = await survey.createUser({ username, ...claims });
      expect(created.json()).toMatchObject({ userId: expect.any(String) });
      const identity = { workspaceId: workspace.workspaceId, surveyId: survey.surveyId, surveySlug: survey.slug };
      return sitDown(service, { ...identity, username: created.json().username, userId: created.json().userId });
    },
  };
};

interface Place {
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly surveySlug: string;
  readonly username: string;
  readonly userId: string;
}

const sitDown = async ({ app, callers, db }: Service, place: Place): Promise<Sitting> => {
  const found = await db.pool.query("SELECT respondent_id FROM respondents WHERE user_id = $1", [place.userId]);
  const respondentId: string = found.rows[0].respondent_id;
  const headers = await callers.respondent({ ...place, respondentId });
  const base = `/surveys/${place.surveySlug}`;
  const start = (query = "") => app.inject({ method: "POST", url: `${base}/session${query}`, headers, body: {} });
  return {
    username: place.username,
    userId: place.userId,
    respondentId,
    headers,
    start,
    get: (path) => app.inject({ method: "GET", url: `${base}${path}`, headers }),
    begin: async () => {
      const started = await start();
      expect(started.json()).toMatchObject({ status: expect.any(String), sessionId: expect.any(String) });
      return started.json().sessionId;
    },
    save: (sessionId, data) =>
      app.inject({ method: "PUT", url: `${base}/session`, headers, body: { sessionId, data } }),
    submit: (sessionId, data, query = "") =>
      app.inject({ method: "POST", url: `${base}/submission${query}`, headers, body: { sessionId, data } }),
    cancel: (sessionId) => app.inject({ method: "DELETE", url: `${base}/session?sessionId=${sessionId}`, headers }),
  };
};

const listEvents = async (db: Database, sessionId: string): Promise<readonly string[]> => {
  const { rows } = await db.pool.query<{ type: string; data: { status: string; sequence: number } }>(
    `SELECT type, body::jsonb -> 'data' AS data FROM outbox
     WHERE body::jsonb -> 'data' ->> 'session_id' = $1 ORDER BY (body::jsonb -> 'data' ->> 'sequence')::int, id`,
    [sessionId],
  );
  return rows.map((row) => `${row.type.replace(/^survey\.(.*)\.v1$/, "$1")} ${row.data.status} ${row.data.sequence}`);
};

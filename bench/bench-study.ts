import type { LocalStack } from "@roundtrip/test-harness/local-stack";

export interface BenchStudy {
  readonly slug: string;
  readonly surveyId: string;
  readonly surveySecret: string;
  readonly workspaceId: string;
  readonly machine: Readonly<Record<string, string>>;
}

/** A survey that takes create-user tokens, made through the public API. */
export const setUpBenchStudy = async (stack: LocalStack): Promise<BenchStudy> => {
  const { refreshToken } = await post(stack, { path: "/signin", body: stack.admin });
  const { accessToken } = await post(stack, { path: "/refresh", headers: { "x-auth-token": String(refreshToken) } });
  const staff = { authorization: `Bearer ${String(accessToken)}`, "x-workspace": "dev" };
  const { key } = await post(stack, {
    path: "/v2/api-keys",
    headers: staff,
    body: { name: "bench", environment: "dev" },
  });
  const machine = { "x-api-key": String(key) };
  const slug = "bench";
  const definition = {
    pages: [{ name: "one", elements: [{ type: "radiogroup", name: "mood", choices: ["well", "unwell"] }] }],
  };
  const settings = { user_generation: { mode: "jwt" } };
  const body = { slug, name: "Bench", state: "active", definition, settings };
  const survey = await post(stack, { path: "/v2/surveys", headers: machine, body });
  const { secret } = await post(stack, { path: `/v2/surveys/${slug}/jwt-secret`, headers: machine, body: {} });
  const workspace = await fetch(`${stack.url}/v2/workspace`, { headers: staff });
  const { workspace_id: workspaceId } = await readObject(workspace);
  return {
    slug,
    surveyId: String(survey["survey_id"]),
    surveySecret: String(secret),
    workspaceId: String(workspaceId),
    machine,
  };
};

export interface Post {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const post = async (stack: LocalStack, { path, headers = {}, body }: Post): Promise<Record<string, unknown>> => {
  const answer = await fetch(stack.url + path, {
    method: "POST",
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  return readObject(answer);
};

const readObject = async (answer: Response): Promise<Record<string, unknown>> => {
  const value: unknown = await answer.json();
  return typeof value === "object" && value !== null ? { ...value } : {};
};

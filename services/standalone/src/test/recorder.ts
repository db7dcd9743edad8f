import type { FastifyInstance, LightMyRequestResponse } from "fastify";

/** Members of answers whose values are secrets, wherever they stand. */
const secretMembers = new Set([
  "token",
  "key",
  "secret",
  "refreshToken",
  "accessToken",
  "authToken",
  "recovery_codes",
  "otpauth_url",
]);

export interface Recorder {
  /** Secret -> what it is, for messages. */
  readonly secrets: Map<string, string>;
  /** Bodies and headers of every refusal. */
  readonly refusals: string[];
  /** Sends and takes down what the answer gives away. `spent` are secrets of the caller's own making. */
  send(call: RecordedCall): Promise<LightMyRequestResponse>;
  note(secret: string, name: string): string;
}

export interface RecordedCall {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export const createRecorder = (app: FastifyInstance): Recorder => {
  const secrets = new Map<string, string>();
  const refusals: string[] = [];
  const note = (secret: string, name: string): string => {
    secrets.set(secret, name);
    return secret;
  };
  const collect = (value: unknown, name: string, from: string): void => {
    if (typeof value === "string" && secretMembers.has(name) && value.length >= 8) note(value, `${name} of ${from}`);
    else if (Array.isArray(value)) for (const item of value) collect(item, name, from);
    else if (typeof value === "object" && value !== null)
      for (const [member, inner] of Object.entries(value)) collect(inner, member, from);
  };
  return {
    secrets,
    refusals,
    note,
    send: async ({ method = "POST", url, headers = {}, body }) => {
      const response = await app.inject({
        method,
        url,
        headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      });
      const from = `${method} ${url.split("?")[0]?.split("/").slice(0, 4).join("/")}`;
      if (response.statusCode >= 400) refusals.push(`${JSON.stringify(response.headers)} ${response.body}`);
      else if (response.headers["content-type"]?.toString().includes("json")) collect(response.json(), "", from);
      for (const { value } of response.cookies) if (value.length >= 8) note(value, `cookie of ${from}`);
      return response;
    },
  };
};

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { failureOf } from "./failure.ts";
import { createSend } from "./http.ts";
import type { SignIn } from "./sign-in.ts";
import { createSurveyApi } from "./survey-api.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const readBody = async (request: IncomingMessage): Promise<string> => {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
};

/** A real server, the app's own requests, and a sign-in that hands out `token-1`, `token-2`, ... */
const open = async (answer: (seen: Seen, response: ServerResponse) => void) => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, authorization: headers.authorization, contentType: headers["content-type"], body });
      const latest = seen.at(-1);
      if (latest !== undefined) answer(latest, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  closers.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  let count = 1;
  const signIn: SignIn = {
    byToken: () => Promise.reject(new Error("not used")),
    byPassword: () => Promise.reject(new Error("not used")),
    restore: () => Promise.resolve(null),
    accessToken: () => Promise.resolve(`token-${count}`),
    renew: () => {
      count += 1;
      return Promise.resolve(`token-${count}`);
    },
    signOut: () => Promise.resolve(),
  };
  const send = createSend((path, init) => fetch(`http://127.0.0.1:${port}${String(path)}`, init));
  return { api: createSurveyApi({ send, signIn, timezoneOffsetMinutes: () => -60 }), seen };
};

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify(body));
};

const failing = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => failureOf(error),
  );

describe("createSurveyApi", () => {
  it("sends as the signed-in respondent, with the local time zone", async () => {
    const { api, seen } = await open((_, response) => json(response, 200, { submissions: 2 }));
    expect(await api.getUserInfo("gad-7")).toEqual({ submissions: 2 });
    expect(seen).toEqual([
      {
        method: "GET",
        url: "/surveys/gad-7/user-info?tzOffset=-60",
        authorization: "Bearer token-1",
        contentType: undefined,
        body: "",
      },
    ]);
  });

  it("renews a refused access token once and sends the same request again", async () => {
    const { api, seen } = await open(({ authorization }, response) =>
      authorization === "Bearer token-1"
        ? json(response, 401, { code: "unauthorized" })
        : json(response, 200, { ok: 1 }),
    );
    await api.saveAnswers("gad-7", { sessionId: "s1", data: { a: 1 } });
    expect(seen.map(({ authorization, body }) => [authorization, body])).toEqual([
      ["Bearer token-1", '{"sessionId":"s1","data":{"a":1}}'],
      ["Bearer token-2", '{"sessionId":"s1","data":{"a":1}}'],
    ]);
  });

  it("takes a second refusal for the end of the sign-in", async () => {
    const { api, seen } = await open((_, response) => json(response, 401, { code: "unauthorized" }));
    expect(await failing(api.getParameters("gad-7"))).toEqual({ kind: "signed_out" });
    expect(seen).toHaveLength(2);
  });

  it("sends create-user without any credential but the token in the body", async () => {
    const { api, seen } = await open((_, response) => json(response, 200, { authToken: "t" }));
    await api.createUser("gad-7", "aaa.bbb.ccc");
    expect(seen[0]).toMatchObject({
      url: "/surveys/gad-7/create-user",
      authorization: undefined,
      body: '{"token":"aaa.bbb.ccc"}',
    });
  });

  it("finds no session where the server has none", async () => {
    const { api } = await open((_, response) => json(response, 404, { code: "session_not_found" }));
    expect(await api.findSession("gad-7")).toBeNull();
  });

  it("reads a problem with its members, claims, wait and reference", async () => {
    const member = { loc: ["body", "data", "q1"], msg: "is required", type: "required" };
    const { api } = await open(({ method }, response) =>
      method === "PUT"
        ? json(response, 422, { code: "answers_invalid", detail: [member, "junk"], request_id: "r1" })
        : json(response.setHeader("retry-after", "7"), 503, {
            code: "busy",
            detail: "later",
            errors: { username: {} },
          }),
    );
    expect(await failing(api.saveAnswers("gad-7", { sessionId: "s", data: {} }))).toEqual({
      kind: "problem",
      status: 422,
      code: "answers_invalid",
      detail: null,
      members: [member],
      claims: [],
      retryAfterSeconds: null,
      requestId: "r1",
    });
    expect(await failing(api.getSurvey("gad-7"))).toMatchObject({
      status: 503,
      detail: "later",
      claims: ["username"],
      retryAfterSeconds: 7,
    });
  });

  it("survives answers of a proxy that are no JSON", async () => {
    const { api } = await open(({ method }, response) => {
      response.writeHead(method === "GET" ? 502 : 200, { "content-type": "text/html" });
      response.end("<h1>Bad gateway</h1>");
    });
    expect(await failing(api.getSurvey("gad-7"))).toMatchObject({ kind: "problem", status: 502, code: "" });
    expect(await failing(api.createUser("gad-7", "t"))).toMatchObject({ kind: "problem", status: 200, code: "" });
  });

  it("calls a cut connection a network failure", async () => {
    const { api } = await open((_, response) => response.destroy());
    expect(await failing(api.getSurvey("gad-7"))).toEqual({ kind: "network" });
  });
});

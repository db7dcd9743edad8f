import { describe, expect, it } from "vitest";
import { RequestFailed } from "./failure.ts";
import { type JsonRequest, parseProblem, type Send } from "./http.ts";
import { createSignIn, createTabLock } from "./sign-in.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const accessToken = (subject: string, lifetimeSeconds = 600, jti = ""): string =>
  `${encode({ alg: "ES256" })}.${encode({ sub: subject, survey_slug: "GAD-7", iat: 1000, exp: 1000 + lifetimeSeconds, jti })}.signature`;

const refused = (status: number): RequestFailed => new RequestFailed(parseProblem(status, { code: "x" }, null));

/** A server that answers what it is told to, in turn, and remembers what it was asked. */
const open = (...answers: (string | Error)[]) => {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const send: Send = async <T>(request: JsonRequest) => {
    // `T` is what the caller says the server answers; here the test is the server.
    asked.push(`${request.method} ${request.path}`);
    if (request.path.startsWith("/signout")) return undefined as T;
    const answer = answers.shift() ?? refused(500);
    if (answer instanceof Error) throw answer;
    return { accessToken: answer } as T;
  };
  const signIn = createSignIn({ send, lock: (work) => work(), now: () => clock.ms });
  return { signIn, asked, clock };
};

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "succeeded",
    (error: unknown) => (error instanceof RequestFailed ? error.failure : error),
  );

describe("createSignIn", () => {
  it("signs the earlier person out before the next one in", async () => {
    const { signIn, asked } = open(accessToken("maya"));
    expect(await signIn.byToken("a/b+c")).toEqual({ subject: "maya", surveySlug: "gad-7", lifetimeSeconds: 600 });
    expect(asked).toEqual(["POST /signout?delivery=cookie", "POST /signin/token/a%2Fb%2Bc?delivery=cookie"]);
  });

  it("lets another person sign in on the same page", async () => {
    const { signIn } = open(accessToken("maya"), accessToken("noor"));
    await signIn.byToken("one");
    expect((await signIn.byToken("two")).subject).toBe("noor");
  });

  it("knows nobody when the cookie is missing or dead, and says so when the server cannot tell", async () => {
    const { signIn } = open(refused(401), refused(503));
    expect(await signIn.restore()).toBeNull();
    expect(await failure(signIn.restore())).toMatchObject({ kind: "problem", status: 503 });
  });

  it("asks for a new access token half a minute before the old one ends, by its own clock", async () => {
    const { signIn, asked, clock } = open(accessToken("maya", 600, "1"), accessToken("maya", 600, "2"));
    const first = await signIn.accessToken();
    clock.ms = 569_999;
    expect(await signIn.accessToken()).toBe(first);
    clock.ms = 570_000;
    expect(await signIn.accessToken()).not.toBe(first);
    expect(asked).toHaveLength(2);
  });

  it("refreshes once for any number of callers at the same time", async () => {
    const { signIn, asked } = open(accessToken("maya"));
    const tokens = await Promise.all([signIn.accessToken(), signIn.accessToken(), signIn.restore()]);
    expect(tokens[0]).toBe(tokens[1]);
    expect(asked).toEqual(["POST /refresh?delivery=cookie"]);
  });

  it("does not renew a token that somebody has renewed already", async () => {
    const { signIn, asked } = open(accessToken("maya", 600, "1"), accessToken("maya", 600, "2"));
    const first = await signIn.accessToken();
    const second = await signIn.renew(first);
    expect(await signIn.renew(first)).toBe(second);
    expect(asked).toHaveLength(2);
  });

  it("stops when another tab has signed in as somebody else, and stays stopped", async () => {
    const { signIn } = open(accessToken("maya"), accessToken("noor"), accessToken("noor"));
    const first = await signIn.accessToken();
    expect(await failure(signIn.renew(first))).toEqual({ kind: "other_person" });
    expect(await failure(signIn.renew(first))).toEqual({ kind: "other_person" });
  });

  it("says that the sign-in is over when the refresh is refused", async () => {
    const { signIn } = open(accessToken("maya"), refused(401));
    expect(await failure(signIn.renew(await signIn.accessToken()))).toEqual({ kind: "signed_out" });
  });
});

describe("createTabLock", () => {
  it("works without Web Locks", async () => {
    await expect(createTabLock(undefined)(async () => 7)).resolves.toBe(7);
  });
});

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenSurveyService, openSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey } from "../test/test-surveys.ts";

describe("the page server", () => {
  const { database } = useTestDatabase("survey");
  const logLines: string[] = [];
  let folder: string;
  let service: OpenSurveyService;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "roundtrip-web-"));
    await mkdir(join(folder, "assets"));
    await writeFile(join(folder, "index.html"), "<!doctype html><title>Survey</title>");
    await writeFile(join(folder, "assets", "app-1a2b.js"), "export {};");
    await writeFile(join(folder, "secret.txt"), "not for anybody");
    service = await openSurveyService(database().url, {
      env: { WEB_DIR: folder },
      onLogLine: (line) => logLines.push(line),
    });
  });
  afterAll(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  const get = (url: string) => service.app.inject({ url });
  const token = "Xq7-LongAuthenticationToken_0123456789";

  describe("200", () => {
    it.each([
      "/",
      `/?auth=${token}`,
      `/a/${token}`,
      "/s/abc123",
      "/wellbeing",
      "/wellbeing/",
      "/Wellbeing/recall",
      "/wellbeing/feedback",
      `/wellbeing/create-user/${"e".repeat(60)}.${"y".repeat(6_000)}.sig?redirect=recall`,
      "/wellbeing/enter?PROLIFIC_PID=1",
    ])("the page at %s, which is never kept", async (url) => {
      const answer = await get(url);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain("<title>Survey</title>");
      expect(answer.headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "content-security-policy":
          "default-src 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;font-src 'self' data:;" +
          "connect-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
      });
    });

    it("an asset, kept for ever", async () => {
      const answer = await get("/assets/app-1a2b.js");
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).toMatchObject({
        "content-type": "application/javascript; charset=utf-8",
        "cache-control": "public, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
      });
    });
  });

  describe("404, as a problem that programs can read", () => {
    it.each([
      "/v2",
      "/v2/surveys-of-old/x",
      "/surveys/wellbeing/create-user",
      "/omni/start",
      "/0/omni/nothing",
      "/signin",
      "/health/ready",
      "/metrics",
      "/assets/missing.js",
      "/assets/../secret.txt",
      "/assets/%2e%2e/secret.txt",
      "/assets/",
      "/.env",
      "/wp-login.php",
      "/robots.txt",
      "/.well-known/security.txt",
      "/docs/package.json",
    ])("%s", async (url) => {
      const answer = await get(url);
      expect(answer.statusCode).toBe(404);
      expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
      expect(answer.json()).toMatchObject({ code: "route_not_found" });
    });

    it("other methods than GET", async () => {
      expect((await service.app.inject({ method: "POST", url: "/wellbeing" })).statusCode).toBe(404);
    });
  });

  it("503: a build that is missing, and says so", async () => {
    const other = await openSurveyService(database().url, { env: { WEB_DIR: join(folder, "nowhere") } });
    const answer = await other.app.inject({ url: "/wellbeing" });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({
      code: "dependency_unavailable",
      detail: expect.stringContaining("pnpm build"),
    });
    expect(answer.body).not.toContain(folder);
    expect((await other.app.inject({ url: "/assets/app.js" })).statusCode).toBe(404);
    await other.close();
  });

  it("never logs a token, a secret, a password or a name, wherever it comes in", async () => {
    const survey = await createTestSurvey(service.app, service.callers.workspace());
    const jwt = await survey.sign({ username: "logged-user", name: "Logged Name", password: "Logged-password-1" });
    const made = await survey.createUser(jwt);
    const { authToken } = made.json();
    await get(`/a/${authToken}`);
    await get(`/${survey.slug}?auth=${authToken}`);
    await get(`/${survey.slug}/create-user/${jwt}`);
    await get(`/v2/${authToken}`);
    await survey.createUser({ username: 5, name: "Logged Name" });
    const log = logLines.join("");
    for (const route of ["/a/:token", "/:slug/*", "/surveys/:slug/create-user"])
      expect(log).toContain(`"route":"${route}"`);
    for (const hidden of [authToken, jwt, survey.secret, "logged-user", "Logged Name", "Logged-password-1", token]) {
      expect(log.includes(hidden), `the log holds ${hidden}`).toBe(false);
    }
  });
});

describe("the documents", () => {
  const { database } = useTestDatabase("survey");

  it("are served from here, with nothing from elsewhere", async () => {
    const service = await openSurveyService(database().url);
    const spec = await service.app.inject({ url: "/openapi.json" });
    expect(spec.json()).toMatchObject({ openapi: "3.1.1", paths: { "/surveys/{slug}/create-user": {} } });
    const page = await service.app.inject({ url: "/docs" });
    expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
    const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(addresses.length).toBeGreaterThan(3);
    for (const url of addresses) expect((await service.app.inject({ url })).statusCode, url).toBe(200);
    await service.close();
  });
});

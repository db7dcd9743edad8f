import { allOperations } from "@roundtrip/contracts/openapi";
import type { Operation } from "@roundtrip/contracts/operation";
import { problems } from "@roundtrip/contracts/problem";
import { problemCodes } from "@roundtrip/contracts/problem-codes";
import { type Database, openDatabase } from "@roundtrip/database/database";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addAccount,
  addCustomer,
  bearer,
  type Customer,
  call,
  createKey,
  keyCredentials,
  signIn,
  staffCredentials,
  worthless,
} from "./test/credentials.ts";
import { expectAccess, type Presented } from "./test/expected-access.ts";
import { admin, type House, openHouse } from "./test/open-house.ts";
import { type Scene, setUpScene } from "./test/scene.ts";

const databases = {
  auth: useTestDatabase("auth").database,
  survey: useTestDatabase("survey").database,
  notify: useTestDatabase("notify").database,
};
let house: House;
let db: Database;
let scene: Scene;
let presented: readonly Presented[];
let otherCustomer: readonly Presented[];

beforeAll(async () => {
  db = openDatabase({ url: databases.auth().url, name: "matrix", poolSizeMax: 2 });
  house = await openHouse({
    auth: databases.auth().url,
    survey: databases.survey().url,
    notify: databases.notify().url,
  });
  const { app } = house;
  const owner = await signIn(app, admin.email);
  const me = await call(app, { method: "GET", url: "/v2/me", headers: bearer(owner.accessToken) });
  const [{ customer_id, live, dev }] = me.memberships;
  const ours: Customer = { customerId: customer_id, live, dev };
  const theirs = await addCustomer(db);
  await addAccount(db, { email: "owner@others.example", customerId: theirs.customerId, role: "owner" });
  const theirOwner = await signIn(app, "owner@others.example");
  const theirStaff = bearer(theirOwner.accessToken, theirs.live);
  scene = await setUpScene({ app, db, ours, owner, theirStaff });
  const { key } = await createKey(app, theirStaff, {});
  const nobody = { role: null, operator: false, scopes: [], foreignPage: false } as const;
  presented = [
    ...(await worthless(house, db, owner)),
    ...(await staffCredentials(house, db, ours)),
    ...(await keyCredentials(app, bearer(owner.accessToken, ours.live))),
    { ...nobody, kind: "respondent", name: "a respondent", headers: scene.respondent },
    {
      ...nobody,
      kind: "account",
      name: "another customer's owner naming our workspace",
      headers: bearer(theirOwner.accessToken, ours.live),
    },
  ];
  otherCustomer = [
    { ...nobody, kind: "account", role: "owner", name: "another customer's owner", headers: theirStaff },
    { ...nobody, kind: "api_key", name: "another customer's key", headers: { "x-api-key": key } },
    { ...nobody, kind: "respondent", name: "another survey's respondent", headers: scene.foreignRespondent },
  ];
}, 120_000);

afterAll(async () => {
  await house.close();
  await db.close();
});

/** Bodies and queries that the operation's own schema lets through, so that what is answered is about the object. */
const bodyOf = (operation: Operation): unknown => {
  const answers = { sessionId: scene.objects["session_id"], data: {} };
  const bodies: Readonly<Record<string, unknown>> = {
    publishDefinition: { pages: [{ name: "p", elements: [{ type: "text", name: "q" }] }] },
    rotateApiKey: { overlap_seconds: 0 },
    rotateWebhookSecret: { overlap_seconds: 0 },
    saveAnswers: answers,
    completeSession: answers,
  };
  return bodies[operation.id] ?? {};
};
const queryOf = (operation: Operation): string =>
  operation.id === "cancelSession" ? `?sessionId=${scene.objects["session_id"]}` : "";

const send = (operation: Operation, headers: Readonly<Record<string, string>>) => {
  const path = operation.path.replaceAll(/:(\w+)/g, (_, name: string) => scene.objects[name] ?? "x".repeat(43));
  const url = path + queryOf(operation);
  if (operation.method === "GET") return house.app.inject({ method: "GET", url, headers });
  return house.app.inject({
    method: operation.method,
    url,
    headers: { ...headers, "content-type": "application/json" },
    payload: JSON.stringify(bodyOf(operation)),
  });
};

const declared = (operation: Operation): ReadonlySet<number> =>
  new Set([
    ...Object.keys(operation.responses).map(Number),
    ...problemCodes(operation).map((code) => problems[code].status),
  ]);

const idsIn = (operation: Operation): readonly string[] =>
  [...operation.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? "").filter((name) => name !== "token");

const rows = allOperations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const);

describe("the matrix", () => {
  /** What answers with pages and files, not with an operation: the respondent's app and the document of the API. */
  const pages = ["/openapi.json", "/docs", "/docs/start.js", "/docs/*", "/assets/*", "/", "/a/:token", "/s/:code"]
    .concat(["/:slug", "/:slug/*"])
    .map((path) => `GET ${path}`);

  it("has every route that is registered, and every operation is registered", () => {
    const registered = house.routes.filter((route) => !pages.includes(route));
    expect(registered.filter((route) => !rows.some(([name]) => name === route))).toEqual([]);
    expect(rows.map(([name]) => name).filter((name) => !house.routes.includes(name))).toEqual([]);
  });

  it("knows an object for every parameter", () => {
    const unknown = allOperations.flatMap(idsIn).filter((name) => scene.objects[name] === undefined);
    expect(unknown).toEqual([]);
  });
});

describe("another customer's objects", () => {
  const withObjects = rows.filter(([, operation]) => idsIn(operation).length > 0 && operation.access.kind !== "public");

  it.each(withObjects)("%s is a 404 for everybody else who may come", async (_name, operation) => {
    const answers: Record<string, number> = {};
    for (const each of otherCustomer) {
      if (!fits(operation, each)) continue;
      answers[each.name] = (await send(operation, each.headers)).statusCode;
    }
    const wrong = Object.entries(answers).filter(([, status]) => status !== 404);
    expect(wrong).toEqual([]);
    expect(Object.keys(answers).length + Number(isOperators(operation))).toBeGreaterThan(0);
  });

  const isOperators = ({ access }: Operation) => access.kind === "account" && access.operator === true;
  const fits = (operation: Operation, each: Presented) =>
    operation.access.kind === "workspace"
      ? each.kind === "account" || (each.kind === "api_key" && !isForStaff(operation))
      : operation.access.kind === each.kind && !isOperators(operation);
  const isForStaff = ({ access }: Operation) =>
    access.kind === "workspace" && access.callers !== undefined && !access.callers.includes("api_key");
});

describe("our own objects", () => {
  const reads = rows.filter(
    ([, { method, path, access }]) => method === "GET" && /:/.test(path) && access.kind === "workspace",
  );

  it.each(reads)("%s answers 200: the ids are real", async (_name, operation) => {
    const owner = presented.find((each) => each.name === "the owner");
    expect((await send(operation, owner?.headers ?? {})).statusCode).toBe(200);
  });
});

describe("every route and every credential", () => {
  it.each(rows)("%s", async (_name, operation) => {
    const wrong: string[] = [];
    for (const each of presented) {
      const { statusCode } = await send(operation, each.headers);
      const expected = expectAccess(operation.access, each);
      const fits = expected === "in" ? isInside(operation, statusCode) : statusCode === expected;
      if (!fits) wrong.push(`${each.name}: ${statusCode}, not ${expected}`);
    }
    expect(wrong).toEqual([]);
  });

  /** Past the door of a guarded operation nothing is 401 or 403, but where the operation says so itself. */
  const isInside = (operation: Operation, status: number): boolean => {
    if (status >= 500 || !declared(operation).has(status)) return false;
    if (operation.access.kind === "public") return true;
    return ![401, 403].includes(status) || operation.problems.some((code) => problems[code].status === status);
  };
});

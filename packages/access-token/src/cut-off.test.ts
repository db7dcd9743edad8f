import { randomBytes } from "node:crypto";
import type { AccountClaims, RespondentClaims } from "@roundtrip/contracts/auth/access-token-claims";
import { nudges } from "@roundtrip/contracts/subjects";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CutOff, openCutOff } from "./cut-off.ts";

/** As auth-service makes them: milliseconds first (RFC 9562). */
const uuidv7 = (): string => {
  const hex = Date.now().toString(16).padStart(12, "0") + randomBytes(10).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

let now: number;
let bus: ReturnType<typeof createInProcessEventBus>;
let cutOff: CutOff;
beforeEach(async () => {
  now = Date.now();
  bus = createInProcessEventBus();
  cutOff = await openCutOff({ bus, clock: () => new Date(now) });
});
afterEach(async () => {
  await cutOff.close();
  await bus.close();
});

const common = () => ({
  iss: "https://surveys.example",
  aud: "roundtrip" as const,
  client_id: "roundtrip" as const,
  iat: Math.floor(Date.now() / 1_000),
  exp: Math.floor(Date.now() / 1_000) + 600,
  jti: uuidv7(),
  sid: uuidv7(),
  sub: uuidv7(),
});
const customer = uuidv7();
const account = (): AccountClaims => ({
  ...common(),
  kind: "account",
  operator: false,
  memberships: [{ customer_id: customer, role: "owner", live: uuidv7(), dev: uuidv7() }],
});
const respondent = (): RespondentClaims => ({
  ...common(),
  kind: "respondent",
  workspace_id: uuidv7(),
  survey_id: uuidv7(),
  survey_slug: "visit",
  user_id: uuidv7(),
});
const announce = async (id: string) => {
  bus.announce(nudges.credentialsChanged, id);
  await vi.waitFor(() => expect(cutOff.isEnded({ ...account(), sub: id, jti: "old", iat: 0 })).toBe(true));
};

describe("a token from before the change", () => {
  it.each([
    ["its sign-in ended", account, (claims: AccountClaims | RespondentClaims) => claims.sid],
    ["its account changed", account, (claims: AccountClaims | RespondentClaims) => claims.sub],
    ["a customer of its account changed", account, () => customer],
    ["its respondent was deleted", respondent, (claims: AccountClaims | RespondentClaims) => claims.sub],
    [
      "its workspace changed",
      respondent,
      (claims: AccountClaims | RespondentClaims) => ("workspace_id" in claims ? claims.workspace_id : ""),
    ],
  ])("is refused when %s", async (_name, create, idOf) => {
    const [claims, other] = [create(), { ...create(), ...(create === account ? { memberships: [] } : {}) }];
    expect(cutOff.isEnded(claims)).toBe(false);
    now = Date.now() + 5;
    await announce(idOf(claims));
    expect(cutOff.isEnded(claims)).toBe(true);
    expect(cutOff.isEnded(other)).toBe(false);
  });

  it("is refused without a time in its id, by the second", async () => {
    const claims = { ...account(), jti: "x" };
    now = Date.now();
    await announce(claims.sid);
    expect(cutOff.isEnded(claims)).toBe(true);
    expect(cutOff.isEnded({ ...claims, iat: claims.iat + 2 })).toBe(false);
  });
});

it("lets a token pass that was made after the change", async () => {
  const before = account();
  now = Date.now() - 1_000;
  await announce(before.sub);
  expect(cutOff.isEnded({ ...account(), sub: before.sub })).toBe(false);
});

it("forgets a change when no token from before it can be alive", async () => {
  const old = { ...account(), jti: "x", iat: 0 };
  await announce(old.sid);
  now += 7_201_000;
  await announce(uuidv7());
  expect(cutOff.isEnded(old)).toBe(false);
});

import { respondentCredentialChanged } from "@roundtrip/contracts/survey/respondent-credential-changed.event";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { afterAll, describe, expect, it, vi } from "vitest";
import { masterKey, refresh, respondentCredential, sql, useAuthService } from "../test/open-auth-service.ts";
import { openSurveyStandIn, sha256 } from "../test/survey-stand-in.ts";
import { applyRespondentCredential } from "./apply-respondent-credential.ts";
import { findRespondentByToken } from "./respondent-credential.store.ts";

const bus = createInProcessEventBus();
const { service } = useAuthService({ bus, workers: true });
afterAll(() => bus.close());

type Credential = ReturnType<typeof respondentCredential>;
const keyring = openKeyring(masterKey);
let published = 0;
const publish = async (...credentials: readonly Credential[]) => {
  for (const data of credentials) {
    const id = uuidv7();
    const envelope = { specversion: "1.0", id, source: "/survey-service", type: respondentCredentialChanged.type };
    const rest = {
      time: new Date().toISOString(),
      datacontenttype: "application/json",
      workspaceid: data.workspace_id,
      data,
    };
    const body = JSON.stringify({ ...envelope, ...rest });
    await bus.publish({ subject: respondentCredentialChanged.type, messageId: id, body });
    published += 1;
  }
  await vi.waitFor(async () => {
    const durable = "auth-service-on-respondent-credential-changed";
    const [row] = await sql<{ n: number }>(
      service().db,
      "SELECT count(*)::int AS n FROM inbox WHERE durable = $1",
      durable,
    );
    expect(row?.n).toBe(published);
  });
};
const withToken = (token: string, changes: Partial<Credential> = {}) =>
  respondentCredential({ token_sha256: sha256(token), ...changes });
const signIn = async (token: string) => service().app.inject({ method: "POST", url: `/signin/token/${token}` });
const stored = async (respondentId: string) =>
  (
    await sql<{ revision: number; username: string | null; deleted: boolean; held: string }>(
      service().db,
      `SELECT revision, username, deleted_at IS NOT NULL AS deleted, concat(token_digest, password_hash, user_id, survey_slug) AS held
       FROM respondent_credentials WHERE respondent_id = $1`,
      respondentId,
    )
  )[0];

describe("survey.respondent-credential.changed.v1", () => {
  it("lets a respondent sign in without anybody being asked", async () => {
    await publish(withToken("first-token"));
    expect((await signIn("first-token")).statusCode).toBe(200);
  });

  it("replaces a rotated token", async () => {
    const before = withToken("old-token");
    await publish(before, { ...before, token_sha256: sha256("new-token"), revision: 2 });
    const survey = await openSurveyStandIn(bus);
    expect((await signIn("old-token")).statusCode).toBe(401);
    await survey.close();
    expect((await signIn("new-token")).statusCode).toBe(200);
  });

  it("is not undone by an older one that comes later, or twice", async () => {
    const newer = withToken("newer-token", { revision: 5, username: "renamed" });
    await publish(newer, { ...newer, revision: 4, username: "before", token_sha256: sha256("older-token") }, newer);
    expect(await stored(newer.respondent_id)).toMatchObject({ revision: 5, username: "renamed" });
    expect((await signIn("newer-token")).statusCode).toBe(200);
  });

  it("forgets a deleted respondent, ends every sign-in, and is not undone by a late older event", async () => {
    const person = withToken("deleted-token", { password_hash: "$argon2id$x", username: "gone" });
    await publish(person);
    const { refreshToken } = (await signIn("deleted-token")).json<{ refreshToken: string }>();
    await publish({ ...person, revision: 3, deleted: true }, { ...person, revision: 2 });
    expect(await stored(person.respondent_id)).toEqual({ revision: 3, username: null, deleted: true, held: "" });
    expect((await refresh(service().app, refreshToken)).statusCode).toBe(401);
    const [row] = await sql(
      service().db,
      "SELECT revoked_reason FROM sign_ins WHERE respondent_id = $1",
      person.respondent_id,
    );
    expect(row).toEqual({ revoked_reason: "respondent_deleted" });
  });

  it("gives a username to whom it belongs now, whichever event comes first", async () => {
    const survey_id = uuidv7();
    const former = withToken("former", { survey_id, username: "shared" });
    const latter = withToken("latter", { survey_id, username: "shared" });
    await publish(former, latter);
    expect(await stored(latter.respondent_id)).toMatchObject({ username: "shared" });
    await publish({ ...former, revision: 2, username: "renamed" });
    expect(await stored(former.respondent_id)).toMatchObject({ username: "renamed" });
    expect(await stored(latter.respondent_id)).toMatchObject({ username: "shared" });
  });

  it("takes no username away for an event that comes too late to count", async () => {
    const survey_id = uuidv7();
    const holder = withToken("holder", { survey_id, username: "wanted" });
    const former = withToken("renamed-since", { survey_id, username: "other", revision: 3 });
    await publish(former, holder, { ...former, username: "wanted", revision: 1 });
    expect(await stored(holder.respondent_id)).toMatchObject({ username: "wanted" });
    expect(await stored(former.respondent_id)).toMatchObject({ username: "other" });
  });

  it("gives a username back when survey-service says so at the same revision", async () => {
    const survey_id = uuidv7();
    const right = withToken("right", { survey_id, username: "mine" });
    const stale = withToken("stale", { survey_id, username: "mine" });
    await publish(right, stale);
    await service().db.transaction((tx) => applyRespondentCredential(tx, { keyring, bus: service().bus }, right));
    expect(await stored(right.respondent_id)).toMatchObject({ username: "mine" });
    expect(await stored(stale.respondent_id)).toMatchObject({ username: null });
  });
});

describe("after a new master key", () => {
  it("finds tokens that were stored under the old one", async () => {
    await publish(withToken("old-pepper"));
    const rotated = openKeyring(`${masterKey},2:${createKeyringText().slice(2)}`);
    const row = await findRespondentByToken(service().db, rotated.digests(sha256("old-pepper")));
    expect(row).not.toBeNull();
  });
});

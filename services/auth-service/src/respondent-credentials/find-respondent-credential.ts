import { createHash } from "node:crypto";
import { type RpcReply, type RpcRequest, rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { respondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import type { Database, Sql } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { Compile } from "typebox/compile";
import { applyRespondentCredential } from "./apply-respondent-credential.ts";
import { hasTokenExpired } from "./respondent-credential.rules.ts";
import { findRespondentByAlias, findRespondentByToken, type RespondentRow } from "./respondent-credential.store.ts";

export interface FindCredentialDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/**
 * Null when nobody has the token. Throws `DependencyUnavailable` when survey-service would have to be asked and is away.
 * An expired token may have been renewed just now, so survey-service is asked about it once; while it is away, the row
 * stays as it is known and the caller refuses it.
 */
export const findCredentialByToken = async (deps: FindCredentialDeps, token: string): Promise<RespondentRow | null> => {
  const sha256 = createHash("sha256").update(token).digest("hex");
  const digests = deps.keyring.digests(sha256);
  const find = (sql: Sql) => findRespondentByToken(sql, digests);
  const known = await find(deps.db);
  if (!known) return askAndFind(deps, { token_sha256: sha256 }, find);
  if (!hasTokenExpired(known, deps.clock())) return known;
  return askAndFind(deps, { token_sha256: sha256 }, find).catch((error: unknown) => {
    if (error instanceof DependencyUnavailable) return known;
    throw error;
  });
};

export interface Alias {
  /** Slug or id. */
  readonly survey: string;
  readonly username: string;
}

/** Null when the projection does not know the name; survey-service may. */
export const findKnownCredentialByAlias = (deps: FindCredentialDeps, alias: Alias): Promise<RespondentRow | null> =>
  findRespondentByAlias(deps.db, alias.survey, alias.username);

/** Asks survey-service. Throws `DependencyUnavailable` when it is away. */
export const askForCredentialByAlias = (deps: FindCredentialDeps, alias: Alias): Promise<RespondentRow | null> =>
  askAndFind(deps, { survey: alias.survey, username: alias.username }, (sql) =>
    findRespondentByAlias(sql, alias.survey, alias.username),
  );

type Question = RpcRequest<typeof respondentCredential>;
const reply = Compile(respondentCredential.reply);

/**
 * What the projection does not know, survey-service is asked for, so that a link works the instant it was made. The answer
 * goes into the projection, which is then looked into again: a refresh will need it there.
 */
const askAndFind = async (
  deps: FindCredentialDeps,
  question: Question,
  find: (sql: Sql) => Promise<RespondentRow | null>,
): Promise<RespondentRow | null> => {
  const { credential } = await ask(deps.bus, question);
  if (!credential) return null;
  await deps.db.transaction((tx) => applyRespondentCredential(tx, deps, credential));
  return find(deps.db);
};

const ask = async (bus: EventBus, question: Question): Promise<RpcReply<typeof respondentCredential>> => {
  const body = await bus
    .request(respondentCredential.subject, JSON.stringify(question), rpcTimeoutMs)
    .catch((error: unknown) => {
      throw error instanceof DependencyUnavailable
        ? new DependencyUnavailable("survey-service", { cause: error })
        : error;
    });
  const answer: unknown = JSON.parse(body);
  if (!reply.Check(answer))
    throw new Error(`${respondentCredential.subject} answered something else than a credential`);
  return answer;
};

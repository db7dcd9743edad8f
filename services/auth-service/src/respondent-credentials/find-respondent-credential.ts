import { createHash } from "node:crypto";
import { type RpcReply, type RpcRequest, rpcTimeoutMs } from "@roundtrip/contracts/rpc";
import { respondentCredential } from "@roundtrip/contracts/survey/respondent-credential.rpc";
import type { Database, Sql } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { Compile } from "typebox/compile";
import { applyRespondentCredential } from "./apply-respondent-credential.ts";
import { findRespondentByAlias, findRespondentByToken, type RespondentRow } from "./respondent-credential.store.ts";

export interface FindCredentialDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly keyring: Keyring;
}

/** Null when nobody has the token. Throws `DependencyUnavailable` when survey-service would have to be asked and is away. */
export const findCredentialByToken = (deps: FindCredentialDeps, token: string): Promise<RespondentRow | null> => {
  const sha256 = createHash("sha256").update(token).digest("hex");
  const digests = deps.keyring.digests(sha256);
  return findOrAsk(deps, { token_sha256: sha256 }, (sql) => findRespondentByToken(sql, digests));
};

export interface Alias {
  /** Slug or id. */
  readonly survey: string;
  readonly username: string;
}

export const findCredentialByAlias = (deps: FindCredentialDeps, alias: Alias): Promise<RespondentRow | null> =>
  findOrAsk(deps, { survey: alias.survey, username: alias.username }, (sql) =>
    findRespondentByAlias(sql, alias.survey, alias.username),
  );

type Question = RpcRequest<typeof respondentCredential>;
const reply = Compile(respondentCredential.reply);

/**
 * Looks into the projection; what it does not know, survey-service is asked for, so that a link works the instant it was
 * made. The answer goes into the projection, which is then looked into again: a refresh will need it there.
 */
const findOrAsk = async (
  deps: FindCredentialDeps,
  question: Question,
  find: (sql: Sql) => Promise<RespondentRow | null>,
): Promise<RespondentRow | null> => {
  const known = await find(deps.db);
  if (known) return known;
  const { credential } = await ask(deps.bus, question);
  if (!credential) return null;
  await deps.db.transaction((tx) => applyRespondentCredential(tx, deps.keyring, credential));
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

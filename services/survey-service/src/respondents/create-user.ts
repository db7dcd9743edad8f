import { uniqueViolation } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { SurveyDeps } from "../deps.ts";
import type { Survey } from "../surveys/survey.store.ts";
import { changeRespondent } from "./change-respondent.ts";
import type { CreateUserGate } from "./create-user-gates.ts";
import { readJti } from "./create-user-token.rules.ts";
import { createNewRespondent } from "./new-respondent.ts";
import { enterRespondent, findRespondent, type NewRespondent, type Respondent } from "./respondent.store.ts";
import { respondentChanges, storableClaims } from "./respondent-changes.rules.ts";
import { isTokenSpent, type SpentToken, spendToken } from "./used-token.store.ts";
import { parseUserClaims, type UserClaims } from "./user-claims.rules.ts";
import { assertLooksLikeJwt, verifyCreateUserToken } from "./verify-create-user-token.ts";

export type CreateUserDeps = Pick<
  SurveyDeps,
  "db" | "outbox" | "authenticationTokens" | "passwords" | "createUserGates" | "clock" | "publicUrl"
>;

export interface CreateUser {
  readonly slug: string;
  readonly token: string;
}

export interface CreatedUser {
  readonly survey: Survey;
  readonly respondent: Respondent;
  readonly authToken: string;
  readonly created: boolean;
  readonly claims: UserClaims;
}

/**
 * Find-or-create of a respondent from a customer's token (api.md 4.1, which fixes the order of the checks). One round
 * trip to the database when the token carries no password and is not a one-time one.
 */
export const createUser = async (deps: CreateUserDeps, command: CreateUser): Promise<CreatedUser> => {
  assertLooksLikeJwt(command.token);
  const gate = await deps.createUserGates.find(command.slug);
  if (!gate) throw new Problem("survey_not_found");
  const now = deps.clock();
  refuseClosedGate(gate, now);
  const payload = verifyCreateUserToken(command.token, gate, { now, publicUrl: deps.publicUrl });
  const spent = spentToken(gate.survey, payload);
  const claims = storableClaims(await parseClaims(deps, { gate, payload, spent }), gate.survey.settings);
  const request = { deps, survey: gate.survey, claims, spent, now };
  return { survey: gate.survey, claims, ...(await withoutCollision(() => enter(request))) };
};

const refuseClosedGate = ({ survey, keys }: CreateUserGate, now: Date): void => {
  const isOpen =
    survey.settings.user_generation.mode === "jwt" &&
    keys.some(({ retiresAt }) => retiresAt === null || retiresAt > now);
  if (!isOpen) throw new Problem("user_generation_off");
};

/** What to remember of a one-time token; null for others. The policy has seen to it that there is a `jti`. */
const spentToken = (survey: Survey, payload: unknown): SpentToken | null => {
  if (!survey.settings.user_generation.one_time || typeof payload !== "object" || payload === null) return null;
  const claims: { readonly exp?: unknown } = payload;
  const jti = readJti({ ...payload });
  return jti === null
    ? null
    : { surveyId: survey.surveyId, jti, exp: typeof claims.exp === "number" ? claims.exp : null };
};

interface Claimed {
  readonly gate: CreateUserGate;
  readonly payload: unknown;
  readonly spent: SpentToken | null;
}

const parseClaims = async (deps: CreateUserDeps, { gate, payload, spent }: Claimed): Promise<UserClaims> => {
  const { environment, settings } = gate.survey;
  const parsed = parseUserClaims(payload, { environment, origins: settings.redirect?.allowed_origins ?? [] });
  if ("claims" in parsed) return parsed.claims;
  // The policy comes before the claims, so a token that is spent and faulty is a spent one.
  if (spent && (await isTokenSpent(deps.db, spent))) throw new Problem("jwt_already_used");
  const detail = Object.values(parsed.faults)
    .map((fault) => `${fault.path}: ${fault.msg}`)
    .join("; ");
  throw new Problem("claims_invalid", { detail, errors: parsed.faults });
};

interface EnterRequest {
  readonly deps: CreateUserDeps;
  readonly survey: Survey;
  readonly claims: UserClaims;
  readonly spent: SpentToken | null;
  readonly now: Date;
}

interface Entered {
  readonly respondent: Respondent;
  readonly created: boolean;
}

const enter = async (request: EnterRequest): Promise<Entered & { readonly authToken: string }> => {
  const { deps, spent } = request;
  const candidate = await createCandidate(request);
  const entered = spent ? await enterSpending(request, spent, candidate) : await enterFreely(request, candidate);
  if (entered.created) deps.outbox.wake();
  const authToken = entered.created ? candidate.authToken : deps.authenticationTokens.derive(entered.respondent);
  return { ...entered, authToken };
};

/** A password is hashed for those only who do not exist yet: it costs as much as a hundred other calls. */
const createCandidate = async ({ deps, survey, claims, now }: EnterRequest): Promise<NewRespondent> => {
  const isNew =
    claims.password !== undefined && (await findRespondent(deps.db, survey.surveyId, claims.username)) === null;
  const passwordHash = isNew && claims.password !== undefined ? await deps.passwords.hash(claims.password) : null;
  return createNewRespondent(deps, { survey, claims, passwordHash, now });
};

const enterFreely = async (request: EnterRequest, candidate: NewRespondent): Promise<Entered> => {
  const { created, ...respondent } = await enterRespondent(request.deps.db, candidate);
  const changes = created ? null : changesOf(request, respondent);
  if (!changes) return { respondent, created };
  return {
    created,
    respondent: await request.deps.db.transaction((tx) =>
      changeRespondent(request.deps, tx, { ...request, respondent, changes }),
    ),
  };
};

/** The token is spent with what it does, or neither happens. */
const enterSpending = (request: EnterRequest, spent: SpentToken, candidate: NewRespondent): Promise<Entered> =>
  request.deps.db.transaction(async (tx) => {
    if (!(await spendToken(tx, spent))) throw new Problem("jwt_already_used");
    const { created, ...respondent } = await enterRespondent(tx, candidate);
    const changes = created ? null : changesOf(request, respondent);
    if (!changes) return { respondent, created };
    return { created, respondent: await changeRespondent(request.deps, tx, { ...request, respondent, changes }) };
  });

const changesOf = ({ survey, claims, now }: EnterRequest, respondent: Respondent) =>
  respondentChanges(respondent, claims, { now, ttlSeconds: survey.settings.auth_url.ttl_seconds });

const collisionsMax = 5;

/** Surveys may choose tokens so short that two respondents draw the same one; the later draws again. */
const withoutCollision = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let collisions = 0; ; collisions += 1) {
    try {
      return await work();
    } catch (error) {
      if (uniqueViolation(error) !== "respondents__token_digest" || collisions >= collisionsMax) throw error;
    }
  }
};

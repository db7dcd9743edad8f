import { createSecretKey, type KeyObject } from "node:crypto";
import type { Database } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { listActiveSecrets, secretContext } from "../secrets/survey-secret.store.ts";
import { findSurveyBySlug, type Survey } from "../surveys/survey.store.ts";

/** What create-user must know of a survey: its settings, and its secrets, opened. */
export interface CreateUserGate {
  readonly survey: Survey;
  /** Newest first. */
  readonly keys: readonly SurveyKey[];
}

interface SurveyKey {
  readonly key: KeyObject;
  readonly retiresAt: Date | null;
}

export interface CreateUserGates {
  /** Null when there is no such survey. */
  find(slug: string): Promise<CreateUserGate | null>;
  /** After a change to the survey or its secrets. */
  forget(slug: string): void;
}

export interface GatesDeps {
  readonly db: Database;
  readonly keyring: Keyring;
  readonly clock: () => Date;
}

/** A change made through another replica is seen here within this time; changes through this one at once. */
const freshMs = 1_000;
const entriesMax = 1_000;

interface Entry {
  readonly gate: Promise<CreateUserGate | null>;
  readonly at: number;
}

/**
 * Keeps gates for a second: without that, every call reads the survey and opens its secrets again, and strangers with
 * bad tokens could make the database work. Callers at the same time share one load.
 */
export const createCreateUserGates = (deps: GatesDeps): CreateUserGates => {
  const entries = new Map<string, Entry>();
  const remember = (slug: string): Promise<CreateUserGate | null> => {
    const gate = loadGate(deps, slug);
    entries.set(slug, { gate, at: performance.now() });
    const forgetUnless = (isWorthKeeping: boolean) => {
      // Failures and unknown slugs are not kept: the next caller asks again, and guesses do not fill the memory.
      if (!isWorthKeeping && entries.get(slug)?.gate === gate) entries.delete(slug);
    };
    gate.then(
      (found) => forgetUnless(found !== null),
      () => forgetUnless(false),
    );
    const [oldest] = entries.keys();
    if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
    return gate;
  };
  return {
    find: (given) => {
      const slug = given.toLowerCase();
      const entry = entries.get(slug);
      if (entry && performance.now() - entry.at < freshMs) return entry.gate;
      entries.delete(slug);
      return remember(slug);
    },
    forget: (slug) => void entries.delete(slug),
  };
};

const loadGate = async (deps: GatesDeps, slug: string): Promise<CreateUserGate | null> => {
  const survey = await findSurveyBySlug(deps.db, slug);
  if (!survey) return null;
  const rows = await listActiveSecrets(deps.db, survey.surveyId, deps.clock());
  const keys = rows.map((row) => ({
    key: createSecretKey(deps.keyring.open(row.sealed, secretContext(row.secretId, survey.workspaceId)), "utf8"),
    retiresAt: row.retiresAt,
  }));
  return { survey, keys };
};

import type { Database } from "@roundtrip/database/database";
import { findDefinition } from "../surveys/survey.store.ts";

type Definition = Readonly<Record<string, unknown>>;

/** Published definitions. A version never changes, so what was read once is kept; at most 64, each at most 512 KB. */
export interface Definitions {
  /** Throws when there is no such version: a session or a survey that names it says that there is. */
  get(surveyId: string, version: number): Promise<Definition>;
}

const keptMax = 64;

export const createDefinitions = (db: Database): Definitions => {
  const kept = new Map<string, Definition>();
  return {
    get: async (surveyId, version) => {
      const key = `${surveyId}:${version}`;
      const definition = kept.get(key) ?? (await findDefinition(db, surveyId, version));
      if (definition === null) throw new Error(`survey ${surveyId} has no version ${version}`);
      // The newest use moves to the end; the oldest one leaves.
      kept.delete(key);
      kept.set(key, definition);
      const [oldest] = kept.keys();
      if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
      return definition;
    },
  };
};

import type { Sql } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import { type GuardedGuessDeps, guardedGuess } from "../throttling/guarded-guess.ts";
import { findPasswordHash } from "./account.store.ts";

export interface OwnPasswordDeps extends GuardedGuessDeps {
  readonly db: Sql;
  readonly hasher: PasswordHasher;
}

export interface OwnPassword {
  readonly accountId: string;
  readonly password: string;
}

/**
 * Asks somebody who is signed in for the password again, before something that a stolen session must not do. Throws
 * `password_wrong`, also for an account without one and after as long, or `rate_limited`.
 */
export const checkOwnPassword = async (deps: OwnPasswordDeps, { accountId, password }: OwnPassword): Promise<void> => {
  const isRight = await guardedGuess(deps, {
    key: `account:${accountId}:password`,
    guess: async () => deps.hasher.verify(await findPasswordHash(deps.db, accountId), password),
  });
  if (!isRight) throw new Problem("password_wrong");
};

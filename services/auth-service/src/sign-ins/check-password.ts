import { Problem } from "@roundtrip/http-problem/problem";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";

export interface PasswordCheck {
  /** Null when there is nobody, no password, or nobody who may: a decoy is verified, so that all refusals take as long. */
  readonly hash: string | null;
  readonly password: string;
  /** Stores a hash made with today's parameters. */
  readonly replace: (from: string, to: string) => Promise<void>;
}

/** True when the password is right; makes an outdated hash anew. */
export const checkPassword = async (hasher: PasswordHasher, check: PasswordCheck): Promise<boolean> => {
  const matches = await hasher.verify(check.hash, check.password);
  if (!matches || check.hash === null) return false;
  if (!hasher.isOutdated(check.hash)) return true;
  try {
    await check.replace(check.hash, await hasher.hash(check.password));
  } catch (error) {
    // Too busy to hash again: the old hash is still good, and the next sign-in tries once more.
    if (!(error instanceof Problem && error.code === "busy")) throw error;
  }
  return true;
};

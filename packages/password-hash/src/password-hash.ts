import { hash, verify } from "@node-rs/argon2";
import { Problem } from "@roundtrip/http-problem/problem";

/** `Algorithm.Argon2id` of the library, whose const enum cannot be imported with isolated modules. */
const argon2id = 2;

export interface HashCost {
  readonly memoryKib: number;
  readonly passes: number;
}

/**
 * argon2id, 64 MiB, 3 passes, 1 lane: 46 ms a hash on one core, three times OWASP's floor in memory
 * (auth-survey.md section 4.7). Hashing is the door's real cost, so a semaphore as wide as the cores guards it.
 */
const costDefault: HashCost = { memoryKib: 65_536, passes: 3 };

/** Longer passwords are refused before hashing: the library would happily chew through megabytes. */
const passwordCodePointsMax = 256;

export interface PasswordHasher {
  /** An argon2id PHC string. Throws `busy` (503) when 50 others wait already. */
  hash(password: string): Promise<string>;
  /**
   * True when the password matches. With `phc` null (no such user, no password, disabled) a decoy is verified,
   * so that every refusal costs the same time.
   */
  verify(phc: string | null, password: string): Promise<boolean>;
  /** True when the hash was made with other parameters and should be made anew at sign-in. */
  isOutdated(phc: string): boolean;
}

/** Compared and hashed in NFKC (NIST SP 800-63B-4): the same letters typed on two keyboards are one password. */
const normalise = (password: string): string => password.normalize("NFKC");

const isTooLong = (password: string): boolean =>
  password.length > passwordCodePointsMax * 2 || [...password].length > passwordCodePointsMax;

export interface HasherOptions {
  readonly concurrencyMax: number;
  /** Only for tests that hash hundreds of times. */
  readonly cost?: HashCost;
}

export const createPasswordHasher = async (options: HasherOptions): Promise<PasswordHasher> => {
  const turn = createTurns(options.concurrencyMax, 50);
  const { memoryKib, passes } = options.cost ?? costDefault;
  const parameters = { algorithm: argon2id, memoryCost: memoryKib, timeCost: passes, parallelism: 1 };
  const decoy = await hash("a decoy that nobody's password matches", parameters);
  return {
    hash: (password) => {
      if (isTooLong(password)) throw new Problem("invalid_request", { detail: "The password is too long" });
      return turn(() => hash(normalise(password), parameters));
    },
    verify: async (phc, password) => {
      const tooLong = isTooLong(password);
      const matches = await turn(() => verify(phc ?? decoy, tooLong ? "" : normalise(password)));
      return matches && phc !== null && !tooLong;
    },
    isOutdated: (phc) => !phc.startsWith(`$argon2id$v=19$m=${memoryKib},t=${passes},p=1$`),
  };
};

/** Lets `widthMax` run and `queueMax` wait; whoever comes then is told to come back. */
const createTurns = (widthMax: number, queueMax: number) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= widthMax) {
      if (waiting.length >= queueMax) throw new Problem("busy", { retryAfterSeconds: 2 });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
};

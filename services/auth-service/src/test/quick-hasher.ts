import { createPasswordHasher, type PasswordHasher } from "@roundtrip/password-hash/password-hash";

export interface CountingHasher extends PasswordHasher {
  /** How many real passwords were verified since the last time, and how many decoys. */
  takeCounts(): { readonly real: number; readonly decoys: number };
}

/**
 * The production hasher at a fraction of its cost, and it counts: `real` is how many guesses reached a hash that they could
 * have matched.
 */
export const createQuickHasher = async ({ memoryKib = 64, concurrencyMax = 2 } = {}): Promise<CountingHasher> => {
  const hasher = await createPasswordHasher({ concurrencyMax, cost: { memoryKib, passes: 1 } });
  let counts = { real: 0, decoys: 0 };
  return {
    ...hasher,
    verify: (phc, password) => {
      if (phc === null) counts.decoys += 1;
      else counts.real += 1;
      return hasher.verify(phc, password);
    },
    takeCounts: () => {
      const taken = counts;
      counts = { real: 0, decoys: 0 };
      return taken;
    },
  };
};

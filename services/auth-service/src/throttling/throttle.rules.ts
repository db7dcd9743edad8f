/** So many failures in a row cost nothing: a person who has forgotten which password it was. */
export const failuresFree = 5;

/** NIST SP 800-63B-4 section 3.2.2: no more than 100 failures in a row. */
const failuresMax = 100;
const delaySecondsMax = 900;
const closedSeconds = 86_400;

/**
 * How long nothing is tried after so many failures in a row. 5: 1 s, 6: 2 s, 7: 4 s ... 14: 512 s, from 15 on 15 minutes;
 * together 21 h 32 min for the first hundred. From then on closed for a day, or until the password is set anew.
 */
export const throttleDelaySeconds = (failures: number): number => {
  if (failures < failuresFree) return 0;
  if (failures >= failuresMax) return closedSeconds;
  return Math.min(2 ** (failures - failuresFree), delaySecondsMax);
};

/** The delays after 1, 2, 3 ... failures; whoever has more than there are entries gets the last. */
export const throttleDelays: readonly number[] = Array.from({ length: failuresMax }, (_, index) =>
  throttleDelaySeconds(index + 1),
);

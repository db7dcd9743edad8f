const firstWaitMs = 2_000;
const waitMsMax = 300_000;

/**
 * Doubling from 2 s up to 5 min: 2, 4, 8, 16, 32, 64, 128, 256, 300, 300 ... Six attempts in the first minute, eleven in the
 * 30 minutes that the link of a reset lives.
 */
export const retryWaitMs = (attempts: number): number => Math.min(firstWaitMs * 2 ** (attempts - 1), waitMsMax);

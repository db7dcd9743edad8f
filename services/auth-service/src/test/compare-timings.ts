/** Deterministic numbers in [0, 1): mulberry32. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const shuffle = <T>(items: readonly T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/**
 * One-sided Mann-Whitney test of "one sample is slower than the other by more than the margin", for samples that were taken
 * in turn, so that whatever else the machine did fell on both alike. The slower one is moved by the margin towards the
 * faster one, and p says how likely it is to rank as high as it still does. By ranks, so that a few outliers count for
 * little; by the normal approximation, which is exact enough from some twenty samples on. Small means that they differ.
 */
export const differenceBeyondMargin = (a: readonly number[], b: readonly number[], marginMs: number): number => {
  const [fast, slow] = median(a) <= median(b) ? [a, b] : [b, a];
  const pool = [
    ...fast.map((at) => ({ at, isSlow: false })),
    ...slow.map((at) => ({ at: at - marginMs, isSlow: true })),
  ];
  pool.sort((left, right) => left.at - right.at);
  const rankSum = pool.reduce((sum, { isSlow }, index) => sum + (isSlow ? index + 1 : 0), 0);
  const pairs = fast.length * slow.length;
  const larger = rankSum - (slow.length * (slow.length + 1)) / 2;
  const deviation = Math.sqrt((pairs * (pool.length + 1)) / 12);
  return upperTail((larger - pairs / 2) / deviation);
};

/** P(Z > z) for a standard normal Z, to 1e-7 (Abramowitz and Stegun 26.2.17). */
const upperTail = (z: number): number => {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.231_641_9 * z);
  const series =
    t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
};

export interface PowerQuestion {
  readonly sample: readonly number[];
  /** The difference that should be noticed. */
  readonly shiftMs: number;
  readonly marginMs: number;
  readonly alpha: number;
  readonly trials: number;
  readonly random: () => number;
}

/** The share of resampled experiments, one side slower by `shiftMs`, in which the test notices. */
export const powerOf = ({ sample, shiftMs, marginMs, alpha, trials, random }: PowerQuestion): number => {
  const draw = (shift: number) => sample.map(() => (sample[Math.floor(random() * sample.length)] ?? 0) + shift);
  let noticed = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    if (differenceBeyondMargin(draw(0), draw(shiftMs), marginMs) < alpha) noticed += 1;
  }
  return noticed / trials;
};

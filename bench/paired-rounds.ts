export interface Rounds {
  readonly name: string;
  readonly floorName: string;
  /** Operations per second, one pair a round; both sides of a pair ran right after each other. */
  readonly pairs: readonly { readonly ours: number; readonly floor: number }[];
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const show = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(2));

/** Ratios travel between machines, absolutes do not: the ratio of each pair, its median and its spread. */
export const describeRounds = ({ name, floorName, pairs }: Rounds): string => {
  const ratios = pairs.map((pair) => pair.ours / pair.floor);
  return [
    `${name}: ${show(median(ratios))} of the floor (${show(Math.min(...ratios))} .. ${show(Math.max(...ratios))}, ${pairs.length} pairs)`,
    `  ours   ${show(median(pairs.map((pair) => pair.ours)))} /s`,
    `  floor  ${show(median(pairs.map((pair) => pair.floor)))} /s   ${floorName}`,
  ].join("\n");
};

import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

const ticksPerSecond = 100;

/** CPU time and resident memory from /proc (Linux), of a process or of it and its children. Shared memory counts each time. */
export const readUsage = (pid: number, options: { readonly withChildren: boolean }): Usage => {
  const tree = options.withChildren ? processTree(pid) : [pid];
  return {
    cpuSeconds: tree.reduce((sum, each) => sum + cpuTicks(each) / ticksPerSecond, 0),
    residentMb: tree.reduce((sum, each) => sum + residentKb(each) / 1_024, 0),
  };
};

const readProc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};

const statFields = (pid: number): readonly string[] =>
  readProc(pid, "stat")
    .replace(/^.*\) /, "")
    .split(" ");
/** utime and stime, fields 14 and 15 of proc(5), counted from the state behind the name. */
const cpuTicks = (pid: number): number => Number(statFields(pid)[11] ?? 0) + Number(statFields(pid)[12] ?? 0);
const residentKb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readProc(pid, "status"))?.[1] ?? 0);

const processTree = (pid: number): readonly number[] => {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const childrenOf = (parent: number) => all.filter((each) => Number(statFields(each)[1]) === parent);
  return [pid, ...childrenOf(pid)];
};

import { expect } from "vitest";
import type { Forge, Target } from "./token-forge.ts";

/** A status, or one for each kind of token where they differ. */
export type Verdict = number | { readonly access: number; readonly refresh: number };

/** Name, verdict, the sentence that explains it, and the token made for one door. */
export type Row = readonly [string, Verdict, string, (target: Target) => string];

const statusFor = (verdict: Verdict, { name }: Target): number => {
  if (typeof verdict === "number") return verdict;
  return name === "refresh" ? verdict.refresh : verdict.access;
};

export interface Slowest {
  ms: number;
  name: string;
}

/** Sends a row's token to every door, and holds what comes back to the verdict. */
export const tryRow = async (forge: Forge, row: Row, slowest: Slowest): Promise<void> => {
  const [name, verdict, , make] = row;
  for (const target of forge.targets) {
    const token = make(target);
    const { status, body, ms } = await target.send(`X-Auth-Token: ${token}`);
    expect([target.name, status]).toEqual([target.name, statusFor(verdict, target)]);
    if (status === 401) expect(JSON.parse(body)).toMatchObject({ code: "unauthorized" });
    if (token.length > 20 && status !== 200) expect(body).not.toContain(token.slice(0, 20));
    if (ms > slowest.ms) Object.assign(slowest, { ms, name: `${name} (${target.name})` });
    // Far beyond what any of them needs; a machine under load must not fail it.
    expect(ms).toBeLessThan(5_000);
  }
  // A prototype that one of them has reached would carry it to the next.
  expect(Object.keys(Object.prototype)).toEqual([]);
};

export const saySlowest = ({ ms, name }: Slowest): void => {
  process.stdout.write(`slowest answer: ${ms.toFixed(1)} ms, ${name}\n`);
};

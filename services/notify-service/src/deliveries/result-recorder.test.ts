import { setTimeout as sleep } from "node:timers/promises";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../test/open-receiver.ts";
import { ResultRecorder } from "./result-recorder.ts";

interface Result {
  readonly id: string;
}
let batches: string[][] = [];
let recorded: [string, boolean][] = [];
let errors: string[] = [];
beforeEach(() => {
  batches = [];
  recorded = [];
  errors = [];
});

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (_fields: object, message: string) => void errors.push(message),
};
const openRecorder = (write: (ids: readonly string[]) => Promise<readonly string[]> = async (ids) => ids) =>
  new ResultRecorder<Result>({
    log,
    write: async (results) => {
      const ids = results.map((result) => result.id);
      batches.push(ids);
      return new Set(await write(ids));
    },
    onRecorded: (result, counted) => void recorded.push([result.id, counted]),
  });
const add = (recorder: ResultRecorder<Result>, from: number, to: number) => {
  for (let id = from; id < to; id += 1) recorder.add({ id: String(id) });
};
const allRecorded = (count: number) => until(() => recorded.length === count, `${count} recorded`);
const never = new AbortController().signal;

describe("results", () => {
  it("that come together are written together", async () => {
    const recorder = openRecorder();
    add(recorder, 0, 50);
    expect(recorder.unrecorded).toBe(50);
    await allRecorded(50);
    expect(batches).toHaveLength(1);
    expect(recorder.unrecorded).toBe(0);
  });

  it("do not wait for company longer than a few milliseconds", async () => {
    const recorder = openRecorder();
    const startedMs = performance.now();
    add(recorder, 0, 1);
    await allRecorded(1);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  it("are written 200 at a time, two batches at once", async () => {
    let writing = 0;
    let most = 0;
    const recorder = openRecorder(async (ids) => {
      writing += 1;
      most = Math.max(most, writing);
      await sleep(5);
      writing -= 1;
      return ids;
    });
    add(recorder, 0, 1_000);
    await allRecorded(1_000);
    expect(batches.map((batch) => batch.length)).toEqual([200, 200, 200, 200, 200]);
    expect(most).toBe(2);
    expect(new Set(recorded.map(([id]) => id)).size).toBe(1_000);
  });

  it("say which of them counted", async () => {
    const recorder = openRecorder(async (ids) => ids.filter((id) => id !== "1"));
    add(recorder, 0, 3);
    await allRecorded(3);
    expect(recorded).toEqual([
      ["0", true],
      ["1", false],
      ["2", true],
    ]);
  });
});

describe("a database that is away", () => {
  it("makes them wait, each once and in order", async () => {
    let failures = 3;
    const recorder = openRecorder(async (ids) => {
      failures -= 1;
      if (failures >= 0) throw new DependencyUnavailable("database");
      return ids;
    });
    add(recorder, 0, 3);
    await allRecorded(3);
    expect(recorded.map(([id]) => id)).toEqual(["0", "1", "2"]);
    expect(batches).toHaveLength(4);
    expect(errors).toEqual([]);
  });

  it("does not hold up the end for ever", async () => {
    const recorder = openRecorder(async () => {
      throw new DependencyUnavailable("database");
    });
    add(recorder, 0, 3);
    const startedMs = performance.now();
    await recorder.drain(AbortSignal.timeout(100));
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    const written = batches.length;
    await sleep(200);
    expect(batches.length).toBe(written);
    expect(recorded).toEqual([]);
  });
});

describe("a result that the database refuses", () => {
  it("does not take the others with it, and is not tried for ever", async () => {
    const recorder = openRecorder(async (ids) => {
      if (ids.includes("1")) throw new Error("value out of range");
      return ids;
    });
    add(recorder, 0, 3);
    await allRecorded(2);
    await recorder.drain(never);
    expect(recorded.map(([id]) => id)).toEqual(["0", "2"]);
    expect(batches).toEqual([["0", "1", "2"], ["0"], ["1"], ["2"]]);
    expect(errors).toHaveLength(1);
  });
});

describe("the end", () => {
  it("waits until everything is written", async () => {
    const recorder = openRecorder(async (ids) => {
      await sleep(20);
      return ids;
    });
    add(recorder, 0, 500);
    await recorder.drain(never);
    expect(recorded).toHaveLength(500);
  });
});

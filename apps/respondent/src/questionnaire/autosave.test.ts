import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RequestFailed } from "../api/failure.ts";
import type { Answers } from "../api/survey-shapes.ts";
import { createAutosave, type SaveStatus } from "./autosave.ts";

interface Request {
  readonly data: Answers;
  readonly leaving: boolean;
  readonly signal: AbortSignal;
  readonly answer: () => Promise<void>;
  readonly fail: (error: unknown) => Promise<void>;
}

const open = () => {
  const requests: Request[] = [];
  const statuses: SaveStatus[] = [];
  const autosave = createAutosave({
    save: (data, { leaving, signal }) =>
      new Promise<void>((resolve, reject) => {
        const settle = (done: () => void) => async () => {
          done();
          await vi.advanceTimersByTimeAsync(0);
        };
        requests.push({
          data,
          leaving,
          signal,
          answer: settle(resolve),
          fail: (error) => settle(() => reject(error))(),
        });
      }),
    report: (status) => statuses.push(status),
  });
  const request = (index: number): Request => {
    const found = requests[index];
    if (found === undefined) throw new Error(`request ${index} was not sent`);
    return found;
  };
  return { autosave, requests, request, statuses };
};

const offline = new RequestFailed({ kind: "network" });

describe("autosave", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("sends the latest answers once, 2 s after the last change", async () => {
    const { autosave, requests, request, statuses } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(1_999);
    autosave.change({ a: 2 });
    vi.advanceTimersByTime(1_999);
    expect(requests).toHaveLength(0);
    vi.advanceTimersByTime(1);
    expect(requests.map(({ data }) => data)).toEqual([{ a: 2 }]);
    await request(0).answer();
    expect(statuses.at(-1)).toEqual({ kind: "saved" });
    vi.advanceTimersByTime(60_000);
    expect(requests).toHaveLength(1);
  });

  it("does not let a steady typist put it off for longer than 15 s", () => {
    const { autosave, requests } = open();
    for (let second = 0; second < 15; second += 1) {
      autosave.change({ text: "x".repeat(second) });
      vi.advanceTimersByTime(1_000);
    }
    expect(requests).toHaveLength(1);
  });

  it("keeps one request on the way and sends what changed meanwhile afterwards", async () => {
    const { autosave, requests, request, statuses } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(2_000);
    autosave.change({ a: 2 });
    vi.advanceTimersByTime(60_000);
    autosave.flush({ leaving: false });
    expect(requests).toHaveLength(1);
    await request(0).answer();
    expect(statuses.at(-1)).toEqual({ kind: "pending" });
    vi.advanceTimersByTime(2_000);
    expect(request(1).data).toEqual({ a: 2 });
  });

  it("tries again after 2, 5, 15, 30 and 30 s, with the latest answers", async () => {
    const { autosave, requests, request, statuses } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(2_000);
    for (const [index, waitMs] of [2_000, 5_000, 15_000, 30_000, 30_000].entries()) {
      await request(index).fail(offline);
      expect(statuses.at(-1)).toEqual({ kind: "failed", failure: { kind: "network" }, final: false });
      vi.advanceTimersByTime(waitMs - 1);
      expect(requests).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(requests).toHaveLength(index + 2);
    }
    await request(5).answer();
    expect(statuses.at(-1)).toEqual({ kind: "saved" });
  });

  it("gives up when the server says that the session has ended", async () => {
    const { autosave, requests, request, statuses } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(2_000);
    const problem = { status: 409, code: "session_closed", detail: null, members: [], claims: [] };
    await request(0).fail(new RequestFailed({ kind: "problem", ...problem, retryAfterSeconds: null, requestId: null }));
    expect(statuses.at(-1)).toMatchObject({ kind: "failed", final: true });
    vi.advanceTimersByTime(120_000);
    expect(requests).toHaveLength(1);
  });

  it("sends at once when the page is left, and takes back the older request", () => {
    const { autosave, requests, request } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(2_000);
    autosave.change({ a: 2 });
    autosave.flush({ leaving: true });
    expect(requests).toHaveLength(2);
    expect(request(0).signal.aborted).toBe(true);
    expect(request(1)).toMatchObject({ data: { a: 2 }, leaving: true });
  });

  it("sends nothing when nothing changed", () => {
    const { autosave, requests } = open();
    autosave.flush({ leaving: true });
    autosave.release();
    vi.advanceTimersByTime(60_000);
    expect(requests).toHaveLength(0);
  });

  it("sends nothing while it is held, and what is unsaved after it is released", async () => {
    const { autosave, requests, request, statuses } = open();
    autosave.change({ a: 1 });
    vi.advanceTimersByTime(2_000);
    autosave.hold();
    expect(request(0).signal.aborted).toBe(true);
    await request(0).fail(offline);
    autosave.change({ a: 2 });
    autosave.flush({ leaving: true });
    vi.advanceTimersByTime(60_000);
    expect(requests).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ kind: "saving" });
    autosave.release();
    vi.advanceTimersByTime(2_000);
    expect(request(1).data).toEqual({ a: 2 });
  });
});

import { describe, expect, it } from "vitest";
import { fullBody, thinBody } from "./event-body.rules.ts";

const source = {
  publicType: "session.completed",
  occurredAt: "2026-11-20T16:00:00.000Z",
  data: { session_id: "s1", submission_id: "u1" },
};

describe("bodies", () => {
  it("say type, timestamp and data, in this order", () => {
    expect(thinBody(source)).toBe(
      '{"type":"session.completed","timestamp":"2026-11-20T16:00:00.000Z","data":{"session_id":"s1","submission_id":"u1"}}',
    );
  });

  it("have the submission inside data when they are full", () => {
    expect(JSON.parse(fullBody(thinBody(source), { data: { q1: 3 } }))).toEqual({
      type: "session.completed",
      timestamp: "2026-11-20T16:00:00.000Z",
      data: { session_id: "s1", submission_id: "u1", submission: { data: { q1: 3 } } },
    });
  });

  it("say null for a submission that is gone", () => {
    expect(JSON.parse(fullBody(thinBody(source), null)).data.submission).toBeNull();
  });
});

import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { publicEvents } from "../public-events.ts";
import { eventCatalogue } from "./webhook-body.ts";

describe("the catalogue of event types", () => {
  it("has every public event once", () => {
    expect(eventCatalogue.map((entry) => entry.type)).toEqual(publicEvents.map((event) => event.publicType));
    expect(new Set(eventCatalogue.map((entry) => entry.type)).size).toBe(eventCatalogue.length);
  });

  it.each(eventCatalogue.map((entry) => [entry.type, entry] as const))(
    "%s: the example fits its own schema and no other",
    (_type, entry) => {
      expect(Compile(entry.schema).Errors(entry.example)).toEqual([]);
      for (const other of eventCatalogue) {
        if (other !== entry) expect(Compile(other.schema).Check(entry.example)).toBe(false);
      }
    },
  );

  it("takes a submission where there can be one, and nowhere else", () => {
    const check = (type: string) => {
      const entry = eventCatalogue.find((candidate) => candidate.type === type);
      if (!entry) throw new Error(type);
      return Compile(entry.schema).Check({
        ...entry.example,
        data: { ...entry.example.data, submission: { answers: 1 } },
      });
    };
    expect(check("session.completed")).toBe(true);
    expect(check("user.created")).toBe(false);
  });

  it("is plain JSON Schema when it is sent", () => {
    expect(JSON.parse(JSON.stringify(eventCatalogue[0]?.schema))).toMatchObject({
      type: "object",
      required: ["type", "timestamp", "data"],
      properties: { type: { const: "user.created" }, data: { type: "object", additionalProperties: false } },
    });
  });
});

import { setTimeout as wait } from "node:timers/promises";
import type { Sql } from "@roundtrip/database/database";
import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";
import { createKeyringText, openKeyring } from "@roundtrip/secret-box/keyring";
import { describe, expect, it } from "vitest";
import { useSurveyService } from "../test/open-survey-service.ts";
import { createTestSurvey, smallDefinition } from "../test/test-surveys.ts";
import { createCreateUserGates } from "./create-user-gates.ts";

describe("the gates of create-user", () => {
  const { service } = useSurveyService();

  /** The real database, counting how often it is asked for a survey, and away when it is told to be. */
  const observed = (keyring = openKeyring(createKeyringText())) => {
    const seen = { surveys: 0, away: false };
    const { db } = service();
    const query: Sql["query"] = (wanted, values) => {
      if (seen.away) throw new DependencyUnavailable("database");
      if (wanted.name === "survey-by-slug") seen.surveys += 1;
      return db.query(wanted, values);
    };
    return { seen, gates: createCreateUserGates({ db: { ...db, query }, keyring, clock: () => new Date() }) };
  };
  const slugWithoutSecret = async () => {
    const { headers } = service().callers.workspace();
    const slug = `gate-${crypto.randomUUID()}`;
    await service().app.inject({
      method: "POST",
      url: "/v2/surveys",
      headers,
      body: { slug, name: "x", definition: smallDefinition },
    });
    return slug;
  };

  it("are loaded once by many at once, and kept for a second", async () => {
    const slug = await slugWithoutSecret();
    const { seen, gates } = observed();
    const found = await Promise.all(Array.from({ length: 20 }, () => gates.find(slug.toUpperCase())));
    expect(found.every((gate) => gate?.survey.slug === slug)).toBe(true);
    await gates.find(slug);
    expect(seen.surveys).toBe(1);
    await wait(1_050);
    await gates.find(slug);
    expect(seen.surveys).toBe(2);
  });

  it("are loaded anew once they are forgotten, by a load that begins after the change", async () => {
    const slug = await slugWithoutSecret();
    const { seen, gates } = observed();
    const before = gates.find(slug);
    gates.forget(slug);
    const after = gates.find(slug);
    await Promise.all([before, after]);
    expect(seen.surveys).toBe(2);
    await gates.find(slug);
    expect(seen.surveys).toBe(2);
  });

  it("are not kept when there is no such survey: a guess costs no memory, and a new survey is there at once", async () => {
    const { seen, gates } = observed();
    expect(await gates.find("nobody-s")).toBeNull();
    expect(await gates.find("nobody-s")).toBeNull();
    expect(seen.surveys).toBe(2);
  });

  it("are not kept when the database was away", async () => {
    const slug = await slugWithoutSecret();
    const { seen, gates } = observed();
    seen.away = true;
    await expect(gates.find(slug)).rejects.toBeInstanceOf(DependencyUnavailable);
    seen.away = false;
    expect((await gates.find(slug))?.survey.slug).toBe(slug);
  });

  it("do not open secrets that were sealed under another master key", async () => {
    const survey = await createTestSurvey(service().app, service().callers.workspace());
    await expect(observed().gates.find(survey.slug)).rejects.toThrow("the sealed value cannot be opened");
  });
});

import { describe, expect, it } from "vitest";
import { createDrafts, type DraftStorage } from "./draft.ts";

const memoryStorage = (): DraftStorage & { readonly entries: Map<string, string> } => {
  const entries = new Map<string, string>();
  return {
    entries,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
    key: (index) => [...entries.keys()][index] ?? null,
    get length() {
      return entries.size;
    },
  };
};

const open = () => {
  const storage = memoryStorage();
  return { storage, drafts: createDrafts(() => storage) };
};

describe("drafts", () => {
  it("gives back what was kept, for its own session only", () => {
    const { drafts } = open();
    const draft = { subject: "maya", data: { a: 1 } };
    drafts.record("s1", draft);
    expect(drafts.find("s1")).toEqual(draft);
    expect(drafts.find("s2")).toBeNull();
    drafts.remove("s1");
    expect(drafts.find("s1")).toBeNull();
  });

  it("removes what other people left, and keeps foreign entries of the storage", () => {
    const { storage, drafts } = open();
    storage.setItem("other", "stays");
    drafts.record("s1", { subject: "maya", data: {} });
    drafts.record("s2", { subject: "noor", data: {} });
    drafts.record("s3", { subject: "maya", data: {} });
    drafts.keepOnly("noor");
    expect([...storage.entries.keys()]).toEqual(["other", "roundtrip:draft:s2"]);
    drafts.keepOnly(null);
    expect([...storage.entries.keys()]).toEqual(["other"]);
  });

  it("does not break when the storage is blocked, full or holds something else", () => {
    const blocked = createDrafts(() => {
      throw new Error("blocked");
    });
    blocked.record("s1", { subject: "maya", data: {} });
    blocked.keepOnly(null);
    expect(blocked.find("s1")).toBeNull();
    const { storage, drafts } = open();
    for (const text of ["{", "[1]", "7", "null", '{"subject":"maya"}', '{"subject":"maya","data":[1]}']) {
      storage.setItem("roundtrip:draft:s1", text);
      expect(drafts.find("s1"), text).toBeNull();
    }
  });
});

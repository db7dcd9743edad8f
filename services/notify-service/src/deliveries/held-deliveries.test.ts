import { describe, expect, it } from "vitest";
import { HeldDeliveries } from "./held-deliveries.ts";

describe("held deliveries", () => {
  it("takes each once until it is released", () => {
    const held = new HeldDeliveries();
    expect([held.add("1"), held.add("1"), held.size]).toEqual([true, false, 1]);
    held.release("1");
    expect([held.size, held.add("1")]).toEqual([0, true]);
  });

  it("does not take back what a load under way may have read before it was recorded", async () => {
    const held = new HeldDeliveries();
    held.add("1");
    await held.whileLoading(async () => {
      await held.whileLoading(async () => held.release("1"));
      expect(held.add("1")).toBe(false);
    });
    expect(held.add("1")).toBe(true);
  });
});

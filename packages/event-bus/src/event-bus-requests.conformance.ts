import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BusUnavailable } from "./bus-unavailable.ts";
import { type BusCase, eventually, settle } from "./bus-under-test.conformance.ts";

const refusal = async (promise: Promise<unknown>): Promise<{ readonly error: unknown; readonly afterMs: number }> => {
  const startedAt = Date.now();
  const error = await promise.then(
    (value) => `no error but ${String(value)}`,
    (reason: unknown) => reason,
  );
  return { error, afterMs: Date.now() - startedAt };
};

export const describeRequests = (bus: BusCase): void => {
  describe("request and respond", () => describeRequesting(bus));
  describe("several responders", () => describeResponders(bus));
  describe("announce and listen", () => describeAnnouncing(bus));
};

const rpcName = (bus: BusCase, part?: string) => `rpc.${bus.name(part)}`;

const describeRequesting = (bus: BusCase): void => {
  it("answers from another bus", async () => {
    const [here, there] = [await bus.openBus(), await bus.openBus()];
    await there.respond(rpcName(bus), async (body) => `${body}, grün`);
    expect(await here.request(rpcName(bus), "ask", 2_000)).toBe("ask, grün");
  });

  it("answers an empty body with an empty body", async () => {
    const here = await bus.openBus();
    await here.respond(rpcName(bus), async (body) => body);
    expect(await here.request(rpcName(bus), "", 2_000)).toBe("");
  });

  it("is refused at once when nobody answers", async () => {
    const here = await bus.openBus();
    const { error, afterMs } = await refusal(here.request(rpcName(bus), "ask", 2_000));
    expect(error).toBeInstanceOf(BusUnavailable);
    expect(error).toMatchObject({ cause: { message: `nobody answers ${rpcName(bus)}` } });
    expect(afterMs).toBeLessThan(500);
  });

  it("is refused when the answer does not come in time", async () => {
    const here = await bus.openBus();
    await here.respond(rpcName(bus), () => wait(1_000).then(() => "late"));
    const { error, afterMs } = await refusal(here.request(rpcName(bus), "ask", 300));
    expect(error).toBeInstanceOf(BusUnavailable);
    expect(afterMs).toBeGreaterThan(250);
    expect(afterMs).toBeLessThan(800);
  });

  it("is refused with the reason when the responder throws, and the responder goes on", async () => {
    const here = await bus.openBus();
    await here.respond(rpcName(bus), async (body) => {
      if (body === "bad") throw new Error("cannot read this");
      return "good";
    });
    const { error, afterMs } = await refusal(here.request(rpcName(bus), "bad", 2_000));
    expect(error).toBeInstanceOf(BusUnavailable);
    expect(error).toMatchObject({ cause: { message: expect.stringContaining("cannot read this") } });
    expect(afterMs).toBeLessThan(500);
    expect(await here.request(rpcName(bus), "fine", 2_000)).toBe("good");
  });

  it("does not make requests wait for each other", async () => {
    const here = await bus.openBus();
    await here.respond(rpcName(bus), () => wait(200).then(() => "done"));
    const startedAt = Date.now();
    await Promise.all(Array.from({ length: 20 }, () => here.request(rpcName(bus), "ask", 2_000)));
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });
};

const describeResponders = (bus: BusCase): void => {
  it("share the requests, each of which is answered once", async () => {
    const buses = [await bus.openBus(), await bus.openBus()];
    const answered = [0, 0];
    for (const [index, each] of buses.entries()) {
      await each.respond(rpcName(bus), async () => {
        answered[index] = (answered[index] ?? 0) + 1;
        return String(index);
      });
    }
    const here = await bus.openBus();
    await Promise.all(Array.from({ length: 60 }, () => here.request(rpcName(bus), "ask", 2_000)));
    expect((answered[0] ?? 0) + (answered[1] ?? 0)).toBe(60);
    expect(Math.min(...answered)).toBeGreaterThan(0);
  });

  it("leave their requests to the others when they close, after finishing those in flight", async () => {
    const [leaving, staying] = [await bus.openBus(), await bus.openBus()];
    let finished = 0;
    const responding = await leaving.respond(rpcName(bus), async () => {
      await wait(300);
      finished += 1;
      return "leaving";
    });
    const first = staying.request(rpcName(bus), "ask", 2_000);
    await wait(50);
    await staying.respond(rpcName(bus), async () => "staying");
    await responding.close();
    expect(finished).toBe(1);
    expect(await first).toBe("leaving");
    const answers = await Promise.all(Array.from({ length: 20 }, () => staying.request(rpcName(bus), "ask", 2_000)));
    expect(new Set(answers)).toEqual(new Set(["staying"]));
  });
};

const describeAnnouncing = (bus: BusCase): void => {
  const nudge = () => `nudge.${bus.name()}`;

  it("reaches every listener, on every bus, also the announcer's own", async () => {
    const buses = [await bus.openBus(), await bus.openBus()];
    const heard: string[] = [];
    for (const [index, each] of buses.entries()) await each.listen(nudge(), (body) => heard.push(`${index}:${body}`));
    await buses[0]?.listen(nudge(), (body) => heard.push(`again:${body}`));
    buses[0]?.announce(nudge(), "keys");
    await eventually(() => [...heard].sort()).toEqual(["0:keys", "1:keys", "again:keys"]);
  });

  it("reaches one listener of each queue", async () => {
    const heard: string[] = [];
    for (const [index, queue] of ["relay", "relay", "cache"].entries()) {
      const each = await bus.openBus();
      await each.listen(nudge(), (body) => heard.push(`${queue}${index}:${body}`), { queue });
    }
    const here = await bus.openBus();
    // What is announced before a bus has connected is lost.
    await here.check();
    for (let count = 0; count < 40; count += 1) here.announce(nudge(), "receipt");
    const of = (queue: string) => heard.filter((each) => each.startsWith(queue)).length;
    await eventually(() => [of("relay"), of("cache")]).toEqual([40, 40]);
    await settle();
    expect([of("relay"), of("cache")]).toEqual([40, 40]);
    expect(Math.min(of("relay0"), of("relay1"))).toBeGreaterThan(0);
  });

  it("survives a listener that throws", async () => {
    const here = await bus.openBus();
    const heard: string[] = [];
    await here.listen(nudge(), () => {
      throw new Error("listener");
    });
    await here.listen(nudge(), (body) => heard.push(body));
    for (const body of ["0", "1"]) here.announce(nudge(), body);
    await eventually(() => heard).toEqual(["0", "1"]);
  });

  it("does not reach a listener that has closed", async () => {
    const here = await bus.openBus();
    const heard: string[] = [];
    const listening = await here.listen(nudge(), (body) => heard.push(body));
    await listening.close();
    here.announce(nudge(), "late");
    await settle();
    expect(heard).toEqual([]);
  });
};

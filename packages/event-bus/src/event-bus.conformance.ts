import { describe } from "vitest";
import { type BusUnderTest, useBus } from "./bus-under-test.conformance.ts";
import { describeEvents } from "./event-bus-events.conformance.ts";
import { describeOutages } from "./event-bus-outages.conformance.ts";
import { describeRequests } from "./event-bus-requests.conformance.ts";

export type { BusUnderTest };

/** What every driver of the port keeps. Run from the driver's own test file. */
export const describeEventBus = (name: string, open: () => Promise<BusUnderTest>): void => {
  describe(name, () => {
    const bus = useBus(open);
    describeEvents(bus);
    describeRequests(bus);
    describeOutages(bus);
  });
};

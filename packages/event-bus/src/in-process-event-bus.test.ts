import { describeEventBus } from "./event-bus.conformance.ts";
import { InProcessBroker } from "./in-process-broker.ts";
import { createInProcessEventBus } from "./in-process-event-bus.ts";

describeEventBus("in-process event bus", async () => {
  const broker = new InProcessBroker();
  return {
    openBus: async () => createInProcessEventBus({ broker }),
    stopBroker: async () => broker.stop(),
    startBroker: async () => broker.start(),
    loseDisk: async () => broker.loseDisk(),
    close: async () => broker.stop(),
  };
});

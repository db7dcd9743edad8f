import { startNatsServer } from "@roundtrip/test-harness/nats-server-process";
import { describeEventBus } from "./event-bus.conformance.ts";
import { openNatsEventBus } from "./nats-event-bus.ts";

describeEventBus("NATS event bus", async () => {
  const server = await startNatsServer();
  return {
    openBus: async () => openNatsEventBus({ servers: server.url, name: "test-service" }),
    stopBroker: () => server.kill9(),
    startBroker: () => server.start(),
    loseDisk: () => server.loseDisk(),
    close: () => server.close(),
  };
});

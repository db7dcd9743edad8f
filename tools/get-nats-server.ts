import { findNatsServer } from "@roundtrip/test-harness/find-nats-server";

/** Prints the path of nats-server; fetches it into `.cache/` when the machine has none. */
console.log(await findNatsServer());

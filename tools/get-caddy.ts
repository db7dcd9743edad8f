import { findCaddy } from "@roundtrip/test-harness/find-caddy";

/** Prints the path of caddy; fetches it into `.cache/` when the machine has none. */
console.log(await findCaddy());

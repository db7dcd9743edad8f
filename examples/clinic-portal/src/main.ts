import { parseConfig } from "./config.ts";
import { createPortal } from "./portal.ts";

const { host, port, portal } = parseConfig(process.env);
const app = createPortal(portal);
const stop = (): void => void app.close().then(() => process.exit(0));
process.once("SIGTERM", stop).once("SIGINT", stop);
// Started by the demo, it ends with the demo, even when that was killed and could say nothing.
const parent = Number(process.env["ROUNDTRIP_PARENT"] ?? 0);
if (parent > 0) setInterval(() => process.ppid === parent || stop(), 1_000).unref();
await app.listen({ port, host });

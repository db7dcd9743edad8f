import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readBrokerContract } from "./deploy/broker-contract.ts";
import { brokerUsers, writeAuthorization } from "./deploy/broker-users.ts";

/** `tsx --conditions=source tools/write-nats-conf.ts` writes the users of `deploy/nats.conf` anew from the contracts. */
const path = fileURLToPath(new URL("../deploy/nats.conf", import.meta.url));
const text = await readFile(path, "utf8");
const start = text.indexOf("authorization {");
const end = text.indexOf("\n}", start) + 2;
if (start < 0) throw new Error("deploy/nats.conf has no authorization block");
const block = writeAuthorization(brokerUsers(await readBrokerContract()));
await writeFile(path, text.slice(0, start) + block + text.slice(end));

import { readdir } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Durable, durables, type EventType } from "@roundtrip/contracts/event";
import type { Rpc } from "@roundtrip/contracts/rpc";

const contractsFolder = fileURLToPath(new URL("../../packages/contracts/src", import.meta.url));

export const services = ["auth-service", "survey-service", "notify-service"] as const;
export type ServiceName = (typeof services)[number];

/** Every event and every request that the contracts define. */
export interface BrokerContract {
  readonly events: readonly EventType[];
  readonly requests: readonly Rpc[];
}

/** Reads the contracts file by file: one that stands in no list is found as well. */
export const readBrokerContract = async (): Promise<BrokerContract> => ({
  events: (await readExports(".event.ts")).filter(isEventType),
  requests: (await readExports(".rpc.ts")).filter(isRpc),
});

const readExports = async (ending: string): Promise<readonly unknown[]> => {
  const paths = await readdir(contractsFolder, { recursive: true });
  const modules = paths.filter((path) => path.endsWith(ending)).sort();
  const loaded = modules.map(async (path): Promise<Record<string, unknown>> => {
    return import(pathToFileURL(`${contractsFolder}/${path}`).href);
  });
  return (await Promise.all(loaded)).flatMap((exported) => Object.values(exported));
};

const hasMembers = (value: unknown, names: readonly string[]): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && names.every((name) => name in value);

const isEventType = (value: unknown): value is EventType => hasMembers(value, ["type", "data", "consumers"]);
const isRpc = (value: unknown): value is Rpc => hasMembers(value, ["subject", "owner", "callers", "request", "reply"]);

/** `survey.session.completed.v1` is survey-service's. */
export const ownerOf = (event: EventType): string => `${event.type.split(".")[0]}-service`;

export const durablesOf = (service: ServiceName): readonly Durable[] =>
  // `durables` is an object literal whose keys are its type.
  (Object.keys(durables) as Durable[]).filter((durable) => durables[durable] === service);

import { missingEventsSubject, nudges, outboxNudge, receiptSubject } from "@roundtrip/contracts/subjects";
import { driverPermissions } from "@roundtrip/event-bus/nats-permissions";
import { type BrokerContract, durablesOf, ownerOf, type ServiceName, services } from "./broker-contract.ts";

export interface BrokerUser {
  readonly name: ServiceName;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What each service may do on the broker: what the contracts say it does, and not a subject more. */
export const brokerUsers = (contract: BrokerContract): readonly BrokerUser[] =>
  services.map((name) => ({ name, ...permissionsOf(name, contract) }));

const permissionsOf = (name: ServiceName, { events, requests }: BrokerContract): Omit<BrokerUser, "name"> => {
  const own = events.filter((event) => ownerOf(event) === name);
  const durables = durablesOf(name);
  const driver = driverPermissions(name, durables);
  const consumed = events.filter((event) => event.consumers.some((durable) => durables.includes(durable)));
  const nudge = own.length > 0 ? [outboxNudge(name)] : [];
  const ownNudge = (subject: string) => subject.startsWith(`nudge.${name.replace("-service", "")}.`);
  return {
    publish: unique([
      ...driver.publish,
      ...own.map((event) => event.type),
      ...requests.filter((request) => request.callers.includes(name)).map((request) => request.subject),
      // A relay asks the consumers of its events what they lack; a consumer sends its receipts to the owner.
      ...own.flatMap((event) => event.consumers).map(missingEventsSubject),
      ...consumed.map((event) => receiptSubject(ownerOf(event))),
      ...nudge,
      ...Object.values(nudges).filter(ownNudge),
    ]),
    subscribe: unique([
      ...driver.subscribe,
      ...requests.filter((request) => request.owner === name).map((request) => request.subject),
      ...durables.map(missingEventsSubject),
      ...(own.length > 0 ? [receiptSubject(name)] : []),
      ...nudge,
      // Nudges are broadcasts inside the house: their owner alone sends them, everybody may listen.
      ...Object.values(nudges),
    ]),
  };
};

const unique = (subjects: readonly string[]): readonly string[] => [...new Set(subjects)].sort();

/** The `authorization` block of `deploy/nats.conf`. */
export const writeAuthorization = (users: readonly BrokerUser[]): string =>
  ["authorization {", "  users: [", ...users.map(writeUser), "  ]", "}"].join("\n");

const writeUser = ({ name, publish, subscribe }: BrokerUser): string =>
  [
    "    {",
    `      user: "${name}"`,
    `      password: $${name.replace("-service", "").toUpperCase()}_NATS_PASSWORD`,
    "      permissions: {",
    "        publish: {",
    `          allow: [\n${list(publish)}\n          ]`,
    "        }",
    "        subscribe: {",
    `          allow: [\n${list(subscribe)}\n          ]`,
    "        }",
    "        allow_responses: true",
    "      }",
    "    }",
  ].join("\n");

const list = (subjects: readonly string[]): string => subjects.map((subject) => `            "${subject}"`).join("\n");

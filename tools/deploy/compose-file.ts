import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";

/** What the tests need of docker-compose.yml, with the anchors merged. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, ComposeNetwork | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[] | NetworkPlaces;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly entrypoint?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly stop_grace_period?: string;
}

type NetworkPlaces = Readonly<Record<string, { readonly ipv4_address?: string } | null>>;

export interface ComposeNetwork {
  readonly internal?: boolean;
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] };
}

export const readComposeFile = async (root: string): Promise<ComposeFile> =>
  parse(await readFile(join(root, "docker-compose.yml"), "utf8"), { merge: true });

export const networksOf = ({ networks }: ComposeService): readonly string[] =>
  isList(networks) ? networks : Object.keys(networks);

/** The address that a service has for itself in a network, when it has one. */
export const addressIn = ({ networks }: ComposeService, network: string): string | undefined =>
  isList(networks) ? undefined : networks[network]?.ipv4_address;

const isList = (networks: ComposeService["networks"]): networks is readonly string[] => Array.isArray(networks);

const reference = /\$\{(\w+)(?::([-?])([^}]*))?\}/g;

/** `${NAME:-default}` and `${NAME:?why}`, filled in as compose would. */
export const interpolate = (value: string, given: Readonly<Record<string, string>>): string =>
  value.replace(reference, (...match) => {
    const [, name = "", kind = "", rest = ""] = match.map(String);
    const found = given[name];
    if (found !== undefined && found !== "") return found;
    if (kind === "-") return rest;
    throw new Error(`${name} is not given: ${rest}`);
  });

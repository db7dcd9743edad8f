import { Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";

export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface HostAddresses {
  /** One to 16 addresses, IPv4 first, not vetted. Throws the resolver's error (`ENOTFOUND`, `ETIMEOUT`, ...). */
  resolve(hostname: string): Promise<readonly HostAddress[]>;
}

export interface HostAddressesOptions {
  /** DNS servers, for tests; by default those of the machine. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  readonly nowMs?: () => number;
}

const timeoutMs = 2_000;
const tries = 2;
/** A record may ask to be kept for a day; an address that changes is followed within half a minute all the same. */
const keepMsMax = 30_000;
const keepMsMin = 1_000;
const addressesMax = 16;
const entriesMax = 5_000;

interface Entry {
  readonly until: number;
  readonly addresses: Promise<readonly HostAddress[]>;
}

/**
 * c-ares instead of `dns.lookup`, which runs on the four threads of the process: five names that nobody answers would
 * hold up every other one. What c-ares leaves out is added here: `localhost` (RFC 6761) and the machine's hosts file.
 */
export const createHostAddresses = (options: HostAddressesOptions = {}): HostAddresses => {
  const resolver = new Resolver({ timeout: timeoutMs, tries });
  if (options.servers) resolver.setServers(options.servers);
  const nowMs = options.nowMs ?? Date.now;
  const fixed = createHostsFile(options.hostsFile ?? "/etc/hosts", nowMs);
  const entries = new Map<string, Entry>();

  const ask = async (
    hostname: string,
  ): Promise<{ readonly addresses: readonly HostAddress[]; readonly keepMs: number }> => {
    const written = (await fixed()).get(hostname);
    if (written) return { addresses: written, keepMs: keepMsMin };
    const [four, six] = await Promise.allSettled([
      resolver.resolve4(hostname, { ttl: true }),
      resolver.resolve6(hostname, { ttl: true }),
    ]);
    const records = [
      ...(four.status === "fulfilled" ? four.value.map((record) => ({ ...record, family: 4 as const })) : []),
      ...(six.status === "fulfilled" ? six.value.map((record) => ({ ...record, family: 6 as const })) : []),
    ].slice(0, addressesMax);
    if (records.length === 0) throw four.status === "rejected" ? four.reason : notFound(hostname);
    const ttlMs = Math.min(...records.map((record) => record.ttl)) * 1_000;
    return {
      addresses: records.map(({ address, family }) => ({ address, family })),
      keepMs: Math.max(keepMsMin, Math.min(ttlMs, keepMsMax)),
    };
  };

  return {
    resolve: (name) => {
      const hostname = name.toLowerCase().replace(/\.$/, "");
      if (hostname === "localhost" || hostname.endsWith(".localhost")) return Promise.resolve(loopback);
      const known = entries.get(hostname);
      if (known && known.until > nowMs()) return known.addresses;
      // While the answer is on its way, everyone shares the question.
      const answer = ask(hostname);
      const addresses = answer.then((found) => found.addresses);
      entries.delete(hostname);
      entries.set(hostname, { until: Number.POSITIVE_INFINITY, addresses });
      const [oldest] = entries.keys();
      if (entries.size > entriesMax && oldest !== undefined) entries.delete(oldest);
      const keep = (ms: number) => entries.set(hostname, { until: nowMs() + ms, addresses });
      answer.then(
        ({ keepMs }) => keep(keepMs),
        () => keep(keepMsMin),
      );
      return addresses;
    },
  };
};

const loopback: readonly HostAddress[] = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
];

const notFound = (hostname: string): Error =>
  Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" });

const hostsFileMs = 10_000;

/** `address name name...` per line, `#` begins a comment. Read again every 10 s; a machine without one has no names. */
const createHostsFile = (path: string, nowMs: () => number) => {
  let names: ReadonlyMap<string, readonly HostAddress[]> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  return async (): Promise<ReadonlyMap<string, readonly HostAddress[]>> => {
    if (nowMs() - readAt < hostsFileMs) return names;
    readAt = nowMs();
    names = parseHosts(await readFile(path, "utf8").catch(() => ""));
    return names;
  };
};

const parseHosts = (text: string): ReadonlyMap<string, readonly HostAddress[]> => {
  const names = new Map<string, HostAddress[]>();
  for (const line of text.split("\n")) {
    const [address, ...hostnames] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (!address) continue;
    for (const hostname of hostnames) {
      const addresses = names.get(hostname.toLowerCase()) ?? [];
      addresses.push({ address, family: address.includes(":") ? 6 : 4 });
      names.set(hostname.toLowerCase(), addresses);
    }
  }
  return names;
};

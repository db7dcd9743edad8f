import ipaddr from "ipaddr.js";

/** Decides where requests may go. What customers type is never trusted; what operators allow by CIDR is. */
export interface AddressGuard {
  /** `address` is an IP address in any spelling; anything else is refused. */
  allows(address: string): boolean;
}

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** All global unicast addresses of IPv6 that have ever been assigned (RFC 4291, section 2.4; IANA registry). */
const globalIpv6: Range = [ipaddr.IPv6.parse("2000::"), 3];

/**
 * Public unicast addresses only, besides the allowed ranges. `process` unwraps IPv4 in IPv6 (`::ffff:127.0.0.1`); the
 * library's ranges name what is not public: private, loopback, link-local (with the cloud's metadata services), CGNAT,
 * multicast, documentation, benchmarking, NAT64, 6to4, Teredo and so on.
 */
export const createAddressGuard = (allowedCidrs: readonly string[]): AddressGuard => {
  const allowed = allowedCidrs.map(parseCidr);
  return {
    allows: (text) => {
      if (!ipaddr.isValid(text)) return false;
      const address = ipaddr.process(text);
      return allowed.some((range) => isIn(address, range)) || isPublic(address);
    },
  };
};

const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === "unicast" && (address.kind() === "ipv4" || isIn(address, globalIpv6));

const isIn = (address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Range): boolean => {
  if (address instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && address.match(network, bits);
  return network instanceof ipaddr.IPv6 && address.match(network, bits);
};

/** Throws for anything but `<address>/<bits>` or a single address: a mistyped wall must not start. */
export const parseCidr = (text: string): Range => {
  const { address = "", bits } = /^(?<address>[0-9a-fA-F.:]+)(?:\/(?<bits>\d{1,3}))?$/.exec(text)?.groups ?? {};
  if (!ipaddr.isValid(address)) throw new Error(`not an address range: ${text}`);
  const network = ipaddr.parse(address);
  const bitsMax = network.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [network, bitsMax];
  if (Number(bits) > bitsMax) throw new Error(`not an address range: ${text}`);
  return [network, Number(bits)];
};

/** The address inside a URL's host, or null when it is a name. The URL parser has made `0x7f.1` into `127.0.0.1` by now. */
export const literalAddress = (hostname: string): string | null => {
  const bare = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : null;
};

/** The receiver's own fault: its name or address leads to a place that nobody may be sent to. */
export class AddressNotAllowed extends Error {
  readonly code = "ADDRESS_NOT_ALLOWED";
  constructor() {
    // Which address it was stays out of the message: it would map the inside of the house for whoever reads the attempts.
    super("the address is not allowed");
    this.name = "AddressNotAllowed";
  }
}

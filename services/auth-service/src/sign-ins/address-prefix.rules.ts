/**
 * The network that a sign-in came from, coarse enough to be kept: /24 for IPv4, /48 for IPv6. Null for what is no address.
 */
export const addressPrefix = (address: string): string | null => networkOf(address, { v4: 24, v6: 48 });

/** What one customer of a provider holds: a single IPv4 address, or the /64 of IPv6 in which everybody picks their own. */
export const addressHolder = (address: string): string => networkOf(address, { v4: 32, v6: 64 }) ?? "unknown";

/** What one provider's customer holds at most: a /24, a /56. */
export const addressNeighbourhood = (address: string): string => networkOf(address, { v4: 24, v6: 56 }) ?? "unknown";

/** Multiples of 8 up to 64 for IPv6. */
interface PrefixLengths {
  readonly v4: 24 | 32;
  readonly v6: 48 | 56 | 64;
}

const networkOf = (address: string, lengths: PrefixLengths): string | null => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(mapped);
  if (v4) return `${v4[1]}.${v4[2]}.${v4[3]}.${lengths.v4 === 32 ? v4[4] : 0}/${lengths.v4}`;
  if (!/^[0-9a-f:]+(%.*)?$/i.test(mapped) || !mapped.includes(":")) return null;
  const [head = "", tail = ""] = (mapped.split("%")[0] ?? "").toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  const groups = [...before, ...zeros, ...after].slice(0, Math.ceil(lengths.v6 / 16));
  if (lengths.v6 === 56) groups[3] = ((Number.parseInt(groups[3] ?? "0", 16) || 0) & 0xff00).toString(16);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/${lengths.v6}`;
};

import { BlockList, isIP } from "node:net";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { addressHolder, addressNeighbourhood } from "../sign-ins/address-prefix.rules.ts";
import { type LimitHeaders, type LimitPolicy, limitHeaders, limitState } from "./limit.rules.ts";
import { networkFloodLimit, throttledEntryLimit } from "./limit-policies.rules.ts";
import { type LimitDeps, refuseRequest, spend } from "./limit-requests.ts";
import { createLocalLimits, type LocalLimits } from "./local-limits.ts";

/** What a process remembers about addresses. */
export interface AddressLimits {
  readonly flood: LocalLimits;
  isExempt(address: string): boolean;
}

/** `exemptCidrs`: addresses that are counted like all others and never refused. Throws when one is no address range. */
export const createAddressLimits = (exemptCidrs: readonly string[]): AddressLimits => {
  const exempt = new BlockList();
  for (const cidr of exemptCidrs) {
    const [address = "", bits] = cidr.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    exempt.addSubnet(address, Number(bits ?? (family === "ipv6" ? 128 : 32)), family);
  }
  const isExempt = (address: string) => exempt.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return { flood: createLocalLimits(), isExempt: exemptCidrs.length === 0 ? () => false : isExempt };
};

export interface AddressLimitDeps extends LimitDeps {
  readonly addressLimits: AddressLimits;
}

/** Counts a use by the source's address, see `limitUse`. */
export const limitAddress = (deps: AddressLimitDeps, policy: LimitPolicy, source: AuditSource): Promise<LimitHeaders> =>
  limitUse(deps, { policy, key: addressHolder(source.address) }, source);

export interface LimitedUse {
  readonly policy: LimitPolicy;
  readonly key: string;
}

/** So many times the policy for exempt addresses: they cost what all others cost, and are not refused. */
const exemptFactor = 1_000;

/**
 * Counts a use: first in memory by the source's network, so that a flood reaches neither database nor hash, then in the
 * database by the key. Answers the headers for the route's answer, throws `rate_limited` with the same and `Retry-After`.
 */
export const limitUse = async (
  deps: AddressLimitDeps,
  { policy, key }: LimitedUse,
  source: AuditSource,
): Promise<LimitHeaders> => {
  const now = deps.clock();
  const { addressLimits } = deps;
  const isExempt = addressLimits.isExempt(source.address);
  const whole = isExempt
    ? null
    : addressLimits.flood.refuse(networkFloodLimit, addressNeighbourhood(source.address), now);
  if (whole) throw refuseRequest(networkFloodLimit, whole, now);
  const applied = isExempt ? { ...policy, limit: policy.limit * exemptFactor } : policy;
  const { used, arrivalAt } = await spend(deps, { policy: applied, key, now });
  if (used) return limitHeaders(applied, limitState(applied, arrivalAt, now));
  if ((await spend(deps, { policy: throttledEntryLimit, key: `${policy.name}:${key}`, now })).used) {
    const actor = { kind: "unknown", id: null } as const;
    await recordAudit(
      deps.db,
      { action: "sign_in.throttled", actor, customerId: null, source, detail: { limit: policy.name } },
      now,
    );
  }
  throw refuseRequest(policy, arrivalAt, now);
};

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
  /** Apart from floods: the keys of the one cannot push those of the other out. */
  readonly local: LocalLimits;
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
  return {
    flood: createLocalLimits(),
    local: createLocalLimits(),
    isExempt: exemptCidrs.length === 0 ? () => false : isExempt,
  };
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

const relax = (policy: LimitPolicy): LimitPolicy => ({
  ...policy,
  limit: policy.limit * exemptFactor,
  ...(policy.localLimit === undefined ? {} : { localLimit: policy.localLimit * exemptFactor }),
});

/**
 * Counts a use: first in memory by the source's network, so that a flood reaches neither database nor hash, then by the key,
 * see `LimitPolicy`. Answers the headers for the route's answer, throws `rate_limited` with the same and `Retry-After`.
 */
export const limitUse = async (
  deps: AddressLimitDeps,
  { policy, key }: LimitedUse,
  source: AuditSource,
): Promise<LimitHeaders> => {
  const now = deps.clock();
  const { addressLimits } = deps;
  const isExempt = addressLimits.isExempt(source.address);
  if (!isExempt) {
    const { used, arrivalAt } = addressLimits.flood.use(networkFloodLimit, addressNeighbourhood(source.address), now);
    if (!used) throw refuseRequest(networkFloodLimit, arrivalAt, now);
  }
  const applied = isExempt ? relax(policy) : policy;
  const local = applied.localLimit === undefined ? null : { ...applied, limit: applied.localLimit };
  const known = local && addressLimits.local.use(local, key, now);
  if (local && known?.used) {
    const { remaining, resetSeconds } = limitState(local, known.arrivalAt, now);
    return limitHeaders(applied, { remaining: applied.limit - local.limit + remaining, resetSeconds });
  }
  const { used, arrivalAt } = await spend(deps, { policy: applied, key, now });
  if (used) return limitHeaders(applied, limitState(applied, arrivalAt, now));
  await recordRefusal(deps, { policy, key }, { source, now });
  throw refuseRequest(policy, arrivalAt, now);
};

/** At most once a minute for each key. */
const recordRefusal = async (
  deps: AddressLimitDeps,
  { policy, key }: LimitedUse,
  { source, now }: { readonly source: AuditSource; readonly now: Date },
): Promise<void> => {
  if (!(await spend(deps, { policy: throttledEntryLimit, key: `${policy.name}:${key}`, now })).used) return;
  const actor = { kind: "unknown", id: null } as const;
  const detail = { limit: policy.name };
  await recordAudit(deps.db, { action: "sign_in.throttled", actor, customerId: null, source, detail }, now);
};

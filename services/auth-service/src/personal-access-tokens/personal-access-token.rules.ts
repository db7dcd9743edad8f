/** More that work at the same time are more than anybody can look after. */
export const liveTokensMax = 50;

const yearsMax = 2;

export interface ExpiryRefusal {
  readonly msg: string;
  readonly type: "in_the_past" | "too_late";
}

/** Why a token cannot get this expiry, or null. */
export const refuseTokenExpiry = (expiresAt: Date, now: Date): ExpiryRefusal | null => {
  if (expiresAt <= now) return { msg: "must be in the future", type: "in_the_past" };
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + yearsMax);
  return expiresAt > latest ? { msg: `must be within ${yearsMax} years`, type: "too_late" } : null;
};

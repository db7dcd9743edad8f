import type { AccessTokenClaims } from "@roundtrip/contracts/auth/access-token-claims";
import { nudges } from "@roundtrip/contracts/subjects";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { accessTokenSecondsMax } from "./token.rules.ts";

export interface CutOff {
  /** True for a token from before its sign-in ended, or its account, respondent, workspace or customer changed. */
  isEnded(claims: AccessTokenClaims): boolean;
  close(): Promise<void>;
}

export interface CutOffOptions {
  readonly bus: EventBus;
  readonly clock?: () => Date;
}

/** What is forgotten when there is more: the oldest changes, whose tokens have the least life left. */
const changesMax = 100_000;

/**
 * Access tokens are good without a question for as long as they live, so whoever verifies them has to hear when one must not
 * be: auth-service announces the id of what has changed, and every token that carries it and is older is refused. Its owner
 * gets a new one with the rights of this moment, or none. What is announced while a process is away passes it by: there a
 * token lives to its end, 10 minutes by default.
 */
export const openCutOff = async ({ bus, clock = () => new Date() }: CutOffOptions): Promise<CutOff> => {
  const changes = new Map<string, number>();
  const subscription = await bus.listen(nudges.credentialsChanged, (changedId) => {
    const now = clock().getTime();
    // In the order of time, so that the first ones are the oldest.
    changes.delete(changedId);
    changes.set(changedId, now);
    for (const [id, at] of changes) {
      if (changes.size <= changesMax && now - at <= accessTokenSecondsMax * 1_000) break;
      changes.delete(id);
    }
  });
  return {
    isEnded: (claims) => {
      if (changes.size === 0) return false;
      const issuedAt = issuedAtMs(claims);
      return carriedIds(claims).some((id) => (changes.get(id) ?? Number.NEGATIVE_INFINITY) >= issuedAt);
    },
    close: () => subscription.close(),
  };
};

const carriedIds = (claims: AccessTokenClaims): readonly string[] =>
  claims.kind === "respondent"
    ? [claims.sid, claims.sub, claims.workspace_id]
    : [claims.sid, claims.sub, ...claims.memberships.map((membership) => membership.customer_id)];

/** `jti` is a UUIDv7 (RFC 9562), whose first 48 bits are milliseconds; `iat` has seconds only. */
const issuedAtMs = ({ jti, iat }: AccessTokenClaims): number => {
  const time = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(jti);
  return time ? Number.parseInt(`${time[1]}${time[2]}`, 16) : iat * 1_000;
};

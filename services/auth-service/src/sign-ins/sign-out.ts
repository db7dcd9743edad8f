import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { type AuditSource, recordAuditFor } from "../audit/record-audit.ts";
import { announceEnded } from "./announce-ended.ts";
import { listCustomersOf, revokeSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface SignOutDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly tokens: TokenIssuer;
  readonly clock: () => Date;
}

/** Revokes the token's whole family, also when it has been revoked before. False when it is no refresh token of ours. */
export const signOut = async (deps: SignOutDeps, token: string | undefined, source: AuditSource): Promise<boolean> => {
  const claims = await deps.tokens.readRefreshToken(token);
  if (!claims) return false;
  await deps.db.transaction(async (tx) => {
    const ended = await revokeSignIn(tx, claims.sid, "signed_out");
    if (!ended) return;
    announceEnded(tx, deps.bus, [claims.sid]);
    const isAccount = ended.account_id !== null;
    await recordAuditFor(
      tx,
      {
        action: "sign_in.ended",
        actor: { kind: isAccount ? "account" : "respondent", id: claims.sub },
        target: { kind: "sign_in", id: claims.sid },
        source,
        detail: { reason: "signed_out" },
      },
      { customerIds: await listCustomersOf(tx, ended), now: deps.clock() },
    );
  });
  return true;
};

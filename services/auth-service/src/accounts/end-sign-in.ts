import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { announceEnded } from "../sign-ins/announce-ended.ts";
import { endOwnSignIn } from "./own-account.store.ts";

export interface EndSignInDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface EndSignIn {
  readonly accountId: string;
  readonly signInId: string;
  readonly source: AuditSource;
}

/** Throws `sign_in_not_found` for one that is unknown, another account's or over. */
export const endSignIn = (deps: EndSignInDeps, { accountId, signInId, source }: EndSignIn): Promise<void> =>
  deps.db.transaction(async (tx) => {
    const now = deps.clock();
    if (!(await endOwnSignIn(tx, { signInId, accountId, now }))) throw new Problem("sign_in_not_found");
    announceEnded(tx, deps.bus, [signInId]);
    const target = { kind: "sign_in", id: signInId };
    await recordAccountAudit(tx, { accountId, action: "sign_in.ended", target, source }, now);
  });

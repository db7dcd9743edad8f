import type { Database } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { updateOwnName } from "./own-account.store.ts";

export interface UpdateMeDeps {
  readonly db: Database;
  readonly clock: () => Date;
}

export interface UpdateMe {
  readonly accountId: string;
  readonly name: string | null;
  readonly source: AuditSource;
}

/** Throws `unauthorized` for an account that was disabled after its access token was made. */
export const updateMe = (deps: UpdateMeDeps, { accountId, name, source }: UpdateMe): Promise<void> =>
  deps.db.transaction(async (tx) => {
    if (!(await updateOwnName(tx, accountId, name))) throw new Problem("unauthorized");
    await recordAccountAudit(tx, { accountId, action: "profile.updated", source }, deps.clock());
  });

import type { Environment } from "@roundtrip/contracts/scope";
import { nudges } from "@roundtrip/contracts/subjects";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import { type AuditSource, recordAudit } from "../audit/record-audit.ts";
import { refuseOrigins } from "./allowed-origin.rules.ts";
import { setAllowedOrigins } from "./workspace.store.ts";

export interface UpdateWorkspaceDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly clock: () => Date;
}

export interface UpdateWorkspace {
  readonly accountId: string;
  readonly customerId: string;
  readonly workspaceId: string;
  readonly environment: Environment;
  readonly allowed_origins?: readonly string[];
  readonly source: AuditSource;
}

/**
 * Announced, so that caches of the workspace's keys follow. Throws `invalid_request` with every origin that is none, and
 * `forbidden` for who is no admin any more: an access token outlives the role by minutes.
 */
export const updateWorkspace = async (deps: UpdateWorkspaceDeps, command: UpdateWorkspace): Promise<void> => {
  const { accountId, customerId, workspaceId, source, allowed_origins: origins } = command;
  if (origins === undefined) return;
  const faults = refuseOrigins(origins, command.environment);
  if (faults.length > 0) {
    throw new Problem("invalid_request", {
      detail: faults.map(({ index, reason }) => ({
        loc: ["body", "allowed_origins", index],
        msg: reason,
        type: "invalid_origin",
      })),
    });
  }
  await deps.db.transaction(async (tx) => {
    if (!(await setAllowedOrigins(tx, { workspaceId, accountId, origins }))) {
      throw new Problem("forbidden", { detail: "This needs the role admin" });
    }
    const actor = { kind: "account", id: accountId } as const;
    const target = { kind: "workspace", id: workspaceId };
    const detail = { allowed_origins: origins.length };
    const event = { action: "workspace.updated", actor, customerId, workspaceId, target, source, detail } as const;
    await recordAudit(tx, event, deps.clock());
    tx.afterCommit(() => deps.bus.announce(nudges.credentialsChanged, workspaceId));
  });
};

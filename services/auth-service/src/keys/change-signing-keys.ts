import type { AuditAction } from "@roundtrip/contracts/auth/audit-log";
import { nudges } from "@roundtrip/contracts/subjects";
import type { Database, Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { recordAudit } from "../audit/record-audit.ts";
import type { Lifetimes } from "../sign-ins/open-sign-in.ts";
import { createSigningKey } from "./create-signing-key.ts";
import { type KeyDecision, type KeyStep, type SigningKeyState, verifiesUntil } from "./signing-key.rules.ts";
import {
  activateKey,
  dropKey,
  findLastSignInEnd,
  insertNextKey,
  listSigningKeys,
  lockSigningKeys,
  retireKey,
  tryLockSigningKeys,
} from "./signing-key.store.ts";

export interface KeyChangeDeps {
  readonly db: Database;
  readonly bus: EventBus;
  readonly keyring: Keyring;
  readonly clock: () => Date;
  readonly lifetimes: Lifetimes;
}

export type KeyChangeCause = "first" | "planned" | "brought_forward" | "emergency";

export interface WantedChange {
  readonly cause: KeyChangeCause;
  readonly decide: KeyDecision;
  /** Leave it when somebody else is changing the keys, instead of waiting for them: for whoever comes again anyway. */
  readonly onlyWhenFree?: boolean;
}

/** What has happened to a key. */
export interface KeyChange {
  readonly done: "created" | "activated" | "retired" | "dropped";
  readonly kid: string;
}

/**
 * The one door to the keys: with the lock held, so that of any number of replicas and commands one changes them, it loads,
 * decides, writes every step with its audit entry, and tells everybody after the commit.
 */
export const changeSigningKeys = (deps: KeyChangeDeps, wanted: WantedChange): Promise<readonly KeyChange[]> =>
  deps.db.transaction(async (tx) => {
    if (!wanted.onlyWhenFree) await lockSigningKeys(tx);
    else if (!(await tryLockSigningKeys(tx))) return [];
    const now = deps.clock();
    const keys = await listSigningKeys(tx);
    const changes: KeyChange[] = [];
    for (const step of wanted.decide(keys, now)) {
      const change = await takeStep(deps, tx, { step, keys, now });
      await recordAudit(
        tx,
        {
          action: actions[change.done],
          actor: { kind: "system", id: null },
          customerId: null,
          target: { kind: "signing_key", id: change.kid },
          source: null,
          detail: { cause: wanted.cause },
        },
        now,
      );
      changes.push(change);
    }
    if (changes.length > 0) tx.afterCommit(() => deps.bus.announce(nudges.keysChanged, ""));
    return changes;
  });

const actions = {
  created: "signing_key.created",
  activated: "signing_key.activated",
  retired: "signing_key.retired",
  dropped: "signing_key.dropped",
} as const satisfies Record<KeyChange["done"], AuditAction>;

interface Step {
  readonly step: KeyStep;
  readonly keys: readonly SigningKeyState[];
  readonly now: Date;
}

const takeStep = async (deps: KeyChangeDeps, tx: Tx, { step, now }: Step): Promise<KeyChange> => {
  switch (step.do) {
    case "create": {
      const key = await createSigningKey(deps.keyring);
      await insertNextKey(tx, key, now);
      return { done: "created", kid: key.kid };
    }
    case "activate":
      return { done: "activated", kid: await activateKey(tx, now) };
    case "retire": {
      const { respondentMs, staffMs } = deps.lifetimes;
      const tokens = { longestLifeMs: Math.max(respondentMs, staffMs), lastSignInEnd: await findLastSignInEnd(tx) };
      return { done: "retired", kid: await retireKey(tx, now, verifiesUntil(tokens, now)) };
    }
    case "drop":
      await dropKey(tx, step.kid, now);
      return { done: "dropped", kid: step.kid };
  }
};

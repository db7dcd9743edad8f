import type { WebAuthnResponse } from "@roundtrip/contracts/auth/passkey";
import { type Database, type Tx, uniqueViolation } from "@roundtrip/database/database";
import { Problem } from "@roundtrip/http-problem/problem";
import { uuidv7 } from "uuidv7";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import type { AuditSource } from "../audit/record-audit.ts";
import { queueMail } from "../mails/queue-mail.ts";
import { noticeLifeMs } from "../second-factor/remove-totp.ts";
import { isSignedIn, lockSecondFactor } from "../second-factor/second-factor.store.ts";
import { type ChallengeDeps, spendChallenge } from "./open-challenge.ts";
import { insertPasskey, type NewPasskey } from "./passkey.store.ts";
import { relyingParty } from "./relying-party.rules.ts";
import { verifyRegistration } from "./verify-registration.ts";

export interface CreatePasskeyDeps extends ChallengeDeps {
  readonly db: Database;
  /** The public URL. */
  readonly issuer: string;
}

export interface CreatePasskey {
  readonly accountId: string;
  readonly signInId: string;
  readonly challengeId: string;
  readonly name: string;
  readonly response: WebAuthnResponse;
  readonly source: AuditSource;
}

/**
 * Keeps the passkey and tells the account's owner by mail. Throws `passkey_refused` (the challenge is then spent),
 * `passkey_known` or `too_many_passkeys`.
 */
export const createPasskey = async (deps: CreatePasskeyDeps, command: CreatePasskey): Promise<NewPasskey> => {
  const { accountId, signInId, challengeId, name, response, source } = command;
  const ceremony = { purpose: "passkey_registration", accountId } as const;
  const challenge = await spendChallenge(deps, ceremony, challengeId);
  const credential = challenge && (await verifyRegistration(relyingParty(deps.issuer), challenge, response));
  if (!credential) throw new Problem("passkey_refused");
  const now = deps.clock();
  const transports = (response.response.transports ?? []).filter((word) => knownTransports.has(word));
  const passkey = { ...credential, passkeyId: uuidv7(), accountId, name, transports, now };
  try {
    await deps.db.transaction((tx) => keep(deps, tx, { passkey, signInId, source }));
  } catch (error) {
    if (uniqueViolation(error) === "passkeys__credential_id") throw new Problem("passkey_known");
    throw error;
  }
  return passkey;
};

/** Words of WebAuthn Level 3, section 5.8.4; what is none is of no use to a browser. */
const knownTransports: ReadonlySet<string> = new Set([
  "ble",
  "cable",
  "hybrid",
  "internal",
  "nfc",
  "smart-card",
  "usb",
]);

interface Kept {
  readonly passkey: NewPasskey;
  readonly signInId: string;
  readonly source: AuditSource;
}

const keep = async (deps: CreatePasskeyDeps, tx: Tx, { passkey, signInId, source }: Kept): Promise<void> => {
  const { accountId, now } = passkey;
  const account = await lockSecondFactor(tx, accountId);
  if (!account || !(await isSignedIn(tx, { accountId, signInId }))) throw new Problem("unauthorized");
  if (!(await insertPasskey(tx, passkey))) throw new Problem("too_many_passkeys");
  const target = { kind: "passkey", id: passkey.passkeyId };
  await recordAccountAudit(tx, { accountId, action: "passkey.created", target, source }, now);
  await queueMail(deps, tx, {
    template: "passkey_created",
    to: account.email,
    values: { site: deps.issuer, at: now, passkeyName: passkey.name },
    expiresAt: new Date(now.getTime() + noticeLifeMs),
  });
};

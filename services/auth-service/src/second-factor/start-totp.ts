import { randomBytes } from "node:crypto";
import { Problem } from "@roundtrip/http-problem/problem";
import { recordAccountAudit } from "../audit/record-account-audit.ts";
import { totpPlace } from "./check-otp.ts";
import { type CheckPresenceDeps, checkPresence, type Presence } from "./check-presence.ts";
import { otpauthUrl, seedText } from "./match-totp.ts";
import { findSecondFactor, startTotpSeed } from "./second-factor.store.ts";

export interface StartTotpDeps extends CheckPresenceDeps {
  /** The public URL; its host tells the entries of an authenticator app apart. */
  readonly issuer: string;
}

export interface StartedTotp {
  /** Base32, for those who type. */
  readonly secret: string;
  readonly otpauthUrl: string;
}

/** The length of an HMAC-SHA-1 key (RFC 4226 section 4, R6). */
const seedBytes = 20;

/**
 * A new seed that waits for its confirmation, in the place of one that waits already. Throws `totp_already_on`, or what
 * `checkPresence` throws.
 */
export const startTotp = async (deps: StartTotpDeps, presence: Presence): Promise<StartedTotp> => {
  const { accountId, source } = presence;
  const factor = await findSecondFactor(deps.db, accountId);
  if (!factor) throw new Problem("unauthorized");
  if (factor.totp_confirmed_at) throw new Problem("totp_already_on");
  await checkPresence(deps, factor, presence);
  const secret = seedText(randomBytes(seedBytes));
  const box = deps.keyring.seal(secret, totpPlace(accountId));
  await deps.db.transaction(async (tx) => {
    if (!(await startTotpSeed(tx, accountId, box))) throw new Problem("totp_already_on");
    await recordAccountAudit(tx, { accountId, action: "second_factor.started", source }, deps.clock());
  });
  const issuer = `Roundtrip ${new URL(deps.issuer).hostname}`;
  return { secret, otpauthUrl: otpauthUrl(secret, { issuer, account: factor.email }) };
};

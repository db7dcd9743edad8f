import { randomInt } from "node:crypto";
import type { Tx } from "@roundtrip/database/database";
import { type CheckOtpDeps, recoveryText } from "./check-otp.ts";
import { groupRecoveryCode, recoveryAlphabet, recoveryLength } from "./otp.rules.ts";
import { deleteRecoveryCodes, insertRecoveryCodes } from "./second-factor.store.ts";

const codesPerAccount = 10;

/** Ten new ones in the place of all old ones. They are shown this once; the table holds their HMACs. */
export const createRecoveryCodes = async (
  deps: CheckOtpDeps,
  tx: Tx,
  accountId: string,
): Promise<readonly string[]> => {
  const codes = Array.from({ length: codesPerAccount }, createCode);
  await deleteRecoveryCodes(tx, accountId);
  const digests = codes.map((code) => deps.keyring.digest(recoveryText(accountId, code)));
  await insertRecoveryCodes(tx, { accountId, digests, now: deps.clock() });
  return codes.map(groupRecoveryCode);
};

const createCode = (): string =>
  Array.from({ length: recoveryLength }, () => recoveryAlphabet[randomInt(recoveryAlphabet.length)]).join("");

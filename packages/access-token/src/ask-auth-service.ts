import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { AuthenticatorOptions } from "./authenticator.ts";
import { createCredentialVerifier } from "./credential-verifier.ts";
import { openCutOff } from "./cut-off.ts";
import { type KeySetLog, openBusKeySet } from "./key-set.ts";

/** Who knows access tokens and API keys. */
export type CallerSources = Pick<AuthenticatorOptions, "keySet" | "verifyCredential" | "isEnded">;

/** Keys and credentials from auth-service over the bus, each kept for a while when it is away. */
export const askAuthService = async (
  bus: EventBus,
  log: KeySetLog,
): Promise<CallerSources & { close(): Promise<void> }> => {
  const keySet = await openBusKeySet(bus, log);
  const verifier = await createCredentialVerifier({ bus });
  const cutOff = await openCutOff({ bus });
  return {
    keySet,
    verifyCredential: verifier.verify,
    isEnded: cutOff.isEnded,
    close: async () => {
      await cutOff.close();
      await verifier.close();
      await keySet.close();
    },
  };
};

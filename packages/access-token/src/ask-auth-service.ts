import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { AuthenticatorOptions } from "./authenticator.ts";
import { createCredentialVerifier } from "./credential-verifier.ts";
import { type KeySetLog, openBusKeySet } from "./key-set.ts";

/** Who knows access tokens and API keys. */
export type CallerSources = Pick<AuthenticatorOptions, "keySet" | "verifyCredential">;

/** Keys and credentials from auth-service over the bus, each kept for a while when it is away. */
export const askAuthService = async (
  bus: EventBus,
  log: KeySetLog,
): Promise<CallerSources & { close(): Promise<void> }> => {
  const keySet = await openBusKeySet(bus, log);
  const verifier = await createCredentialVerifier({ bus });
  return {
    keySet,
    verifyCredential: verifier.verify,
    close: async () => {
      await verifier.close();
      await keySet.close();
    },
  };
};

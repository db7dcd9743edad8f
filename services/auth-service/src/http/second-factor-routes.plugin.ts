import type { AuthDeps } from "../deps.ts";
import { createCreatePasskeyRoute } from "../passkeys/create-passkey.route.ts";
import { createDeletePasskeyRoute } from "../passkeys/delete-passkey.route.ts";
import { createListPasskeysRoute } from "../passkeys/list-passkeys.route.ts";
import { createSignInWithPasskeyRoute } from "../passkeys/sign-in-with-passkey.route.ts";
import { createStartPasskeyRegistrationRoute } from "../passkeys/start-passkey-registration.route.ts";
import { createStartPasskeySignInRoute } from "../passkeys/start-passkey-sign-in.route.ts";
import { createConfirmTotpRoute } from "../second-factor/confirm-totp.route.ts";
import { createRemoveTotpRoute } from "../second-factor/remove-totp.route.ts";
import { createReplaceRecoveryCodesRoute } from "../second-factor/replace-recovery-codes.route.ts";
import { createStartTotpRoute } from "../second-factor/start-totp.route.ts";
import type { RouteGroup } from "./route-group.ts";

/** TOTP, recovery codes and passkeys. */
export const secondFactorRoutes = (deps: AuthDeps): RouteGroup => ({
  public: [createStartPasskeySignInRoute(deps), createSignInWithPasskeyRoute(deps)],
  account: [
    createStartTotpRoute(deps),
    createConfirmTotpRoute(deps),
    createReplaceRecoveryCodesRoute(deps),
    createRemoveTotpRoute(deps),
    createListPasskeysRoute(deps),
    createStartPasskeyRegistrationRoute(deps),
    createCreatePasskeyRoute(deps),
    createDeletePasskeyRoute(deps),
  ],
  workspace: [],
});

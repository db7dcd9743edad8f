import { Problem } from "@roundtrip/http-problem/problem";
import { type ChallengeDeps, createOidcChallenge, type LinkWish } from "./oidc-challenge.ts";
import type { BrowserBinding } from "./oidc-cookie.rules.ts";
import type { Oidc } from "./openid-provider.ts";

export interface StartOidcDeps extends ChallengeDeps {
  /** Null where no provider is configured. */
  readonly oidc: Oidc | null;
}

export interface StartedRoundTrip {
  /** Where the browser goes. */
  readonly url: string;
  /** For its cookie. */
  readonly binding: BrowserBinding;
}

/** Begins a round trip to the provider. Throws `oidc_not_configured`, or `dependency_unavailable` when it is away. */
export const startOidcSignIn = async (deps: StartOidcDeps, link: LinkWish | null = null): Promise<StartedRoundTrip> => {
  if (!deps.oidc) throw new Problem("oidc_not_configured");
  const { url, ...secrets } = await deps.oidc.provider.start();
  return { url, binding: await createOidcChallenge(deps, secrets, link) };
};

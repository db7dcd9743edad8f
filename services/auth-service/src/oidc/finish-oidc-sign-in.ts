import { Problem } from "@roundtrip/http-problem/problem";
import { findAccountCredential } from "../accounts/account.store.ts";
import { findStaffSubject } from "../sign-ins/find-subject.ts";
import { type OpenedSignIn, openSignIn, type SignInDeps, type SignInSource } from "../sign-ins/open-sign-in.ts";
import { recordFailedSignIn } from "../sign-ins/record-sign-in-outcome.ts";
import { findLinkedAccount } from "./account-identity.store.ts";
import { type LinkDeps, linkAsWished, linkByEmail } from "./link-identity.ts";
import { type ChallengeDeps, type LinkWish, takeOidcChallenge } from "./oidc-challenge.ts";
import type { BrowserBinding } from "./oidc-cookie.rules.ts";
import type { Oidc, ProvenIdentity } from "./openid-provider.ts";
import { trustedEmailKey } from "./trusted-email.rules.ts";

export type FinishOidcDeps = SignInDeps & ChallengeDeps & LinkDeps & { readonly oidc: Oidc | null };

export interface BroughtBack {
  readonly query: Readonly<Record<string, string>>;
  /** From the browser's cookie. */
  readonly binding: BrowserBinding | null;
}

/** Whom a round trip was about, as far as it is known. */
interface Party {
  readonly accountId: string;
  readonly customerIds: readonly string[];
}

/**
 * The way back from the provider: a sign-in, or null when an account has been linked, which is signed in already.
 *
 * Who the person is follows from the provider's id and its own id for them, never from an e-mail (ASVS 6.8.1); the one
 * exception is `OIDC_TRUST_EMAIL`. Throws `sign_in_failed` for every reason alike, `identity_taken` when the account or the identity
 * is linked otherwise, `dependency_unavailable` when the provider is away. The provider's word replaces our own second
 * factor: asking for one is its business.
 */
export const finishOidcSignIn = async (
  deps: FinishOidcDeps,
  { query, binding }: BroughtBack,
  source: SignInSource,
): Promise<OpenedSignIn | null> => {
  if (!deps.oidc) throw new Problem("oidc_not_configured");
  const challenge = await takeOidcChallenge(deps, binding, query["state"]);
  if (!challenge) return refuse(deps, { reason: "no_round_trip", party: null }, source);
  const party = challenge.link && { accountId: challenge.link.accountId, customerIds: [] };
  const proven = await deps.oidc.provider.redeem(query, challenge);
  if ("refused" in proven) return refuse(deps, { reason: proven.refused, party }, source);
  if (challenge.link) return finishLink(deps, { wish: challenge.link, identity: proven }, source);
  const linked = await findLinkedAccount(deps.db, proven);
  const known = linked && { accountId: linked.account_id, customerIds: linked.customer_ids };
  return finishSignIn(deps, known ?? (await linkNewcomer(deps, { oidc: deps.oidc, identity: proven }, source)), source);
};

const finishLink = async (
  deps: FinishOidcDeps,
  link: { readonly wish: LinkWish; readonly identity: ProvenIdentity },
  source: SignInSource,
): Promise<null> => {
  const outcome = await linkAsWished(deps, link, source);
  if (outcome === "taken") throw new Problem("identity_taken");
  if (outcome === "gone") {
    const party = { accountId: link.wish.accountId, customerIds: [] };
    return refuse(deps, { reason: "link_outlived_sign_in", party }, source);
  }
  return null;
};

const finishSignIn = async (deps: FinishOidcDeps, party: Party, source: SignInSource): Promise<OpenedSignIn> => {
  const subject = await findStaffSubject(deps.db, party.accountId);
  if (!subject) return refuse(deps, { reason: "disabled", party }, source);
  return openSignIn(deps, { subject, method: "oidc", customerId: null }, source);
};

interface Newcomer {
  readonly oidc: Oidc;
  readonly identity: ProvenIdentity;
}

/** The account that has the newcomer's e-mail, linked from now on; only where the installation trusts the provider's word. */
const linkNewcomer = async (
  deps: FinishOidcDeps,
  { oidc, identity }: Newcomer,
  source: SignInSource,
): Promise<Party> => {
  const email = oidc.trustEmail ? await identity.findVerifiedEmail() : null;
  const key = email === null ? null : trustedEmailKey(email);
  const account = key === null ? null : await findAccountCredential(deps.db, key);
  if (!account) return refuse(deps, { reason: "unknown_identity", party: null }, source);
  const party = { accountId: account.account_id, customerIds: account.customer_ids };
  if (account.disabled_at || !account.may_act) return refuse(deps, { reason: "disabled", party }, source);
  const outcome = await linkByEmail(deps, { accountId: party.accountId, identity }, source);
  return outcome === "linked" ? party : refuse(deps, { reason: "linked_otherwise", party }, source);
};

interface Refusal {
  /** For the audit log. */
  readonly reason: string;
  readonly party: Party | null;
}

const refuse = async (deps: FinishOidcDeps, { reason, party }: Refusal, source: SignInSource): Promise<never> => {
  const target = { kind: "account", id: party?.accountId ?? null, customerIds: party?.customerIds ?? [] } as const;
  await recordFailedSignIn(deps.db, { method: "oidc", target, reason }, { source, now: deps.clock() });
  throw new Problem("sign_in_failed");
};

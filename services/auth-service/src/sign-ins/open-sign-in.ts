import type { Sql } from "@roundtrip/database/database";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import { createAuditEntries } from "../audit/record-audit.ts";
import { addressPrefix } from "./address-prefix.rules.ts";
import type { Subject } from "./find-subject.ts";
import { renewDeviceToken } from "./known-device.ts";
import type { SignInMethod } from "./record-sign-in-outcome.ts";
import { idleEnd } from "./refresh.rules.ts";
import { insertSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface SignInDeps {
  readonly db: Sql;
  readonly keyring: Keyring;
  readonly tokens: TokenIssuer;
  readonly clock: () => Date;
  readonly lifetimes: Lifetimes;
}

export interface Lifetimes {
  readonly respondentMs: number;
  readonly staffMs: number;
  /** Of the cookie flavour. The header flavour has no idle end, because its clients store the token for the long term. */
  readonly idleMs: number;
}

export interface SignInSource {
  readonly flavour: "header" | "cookie";
  readonly address: string;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** The device's cookie as it came, unverified. */
  readonly deviceCookie: string | null;
}

export interface SignInOpening {
  readonly subject: Subject;
  readonly method: SignInMethod;
  /** Of a respondent's workspace, when it is known; an account's are its memberships'. */
  readonly customerId: string | null;
}

/** What goes into the cookie and the body of the cookie flavour. */
export interface CookieTokens {
  readonly refreshToken: string;
  readonly accessToken: string;
  /** How long the cookie is worth keeping. */
  readonly maxAgeSeconds: number;
}

export type OpenedSignIn =
  | { readonly flavour: "header"; readonly refreshToken: string }
  | (CookieTokens & { readonly flavour: "cookie"; readonly deviceToken: string });

/**
 * The last step of every sign-in: a new family with its first refresh token, and its entry in the audit log, in one
 * statement. The cookie flavour gets its first access token at once.
 */
export const openSignIn = async (
  deps: SignInDeps,
  opening: SignInOpening,
  source: SignInSource,
): Promise<OpenedSignIn> => {
  const { subject } = opening;
  const now = deps.clock();
  const isAccount = subject.kind === "account";
  const signInId = uuidv7();
  const refreshTokenId = uuidv7();
  const lifeMs = isAccount ? deps.lifetimes.staffMs : deps.lifetimes.respondentMs;
  const absoluteExpiresAt = new Date(now.getTime() + lifeMs);
  const idleExpiresAt =
    source.flavour === "cookie" ? idleEnd(now, deps.lifetimes.idleMs, absoluteExpiresAt) : absoluteExpiresAt;
  const wanted = { signInId, refreshTokenId, subjectId: subject.sub, expiresAt: absoluteExpiresAt };
  const refreshToken = await deps.tokens.refreshToken(wanted);
  const accessToken = source.flavour === "cookie" ? await deps.tokens.accessToken(subject, signInId) : null;
  await insertSignIn(deps.db, {
    signInId,
    refreshTokenId,
    accountId: isAccount ? subject.sub : null,
    respondentId: isAccount ? null : subject.sub,
    flavour: source.flavour,
    userAgent: source.userAgent?.slice(0, 256) ?? null,
    ipPrefix: addressPrefix(source.address),
    now,
    idleExpiresAt,
    absoluteExpiresAt,
    entries: entriesOf(opening, { source, signInId, now }),
  });
  if (accessToken === null) return { flavour: "header", refreshToken };
  const maxAgeSeconds = Math.floor((idleExpiresAt.getTime() - now.getTime()) / 1_000);
  const deviceToken = renewDeviceToken(deps.keyring, source.deviceCookie, subject.sub);
  return { flavour: "cookie", refreshToken, accessToken, maxAgeSeconds, deviceToken };
};

interface Opened {
  readonly source: SignInSource;
  readonly signInId: string;
  readonly now: Date;
}

const entriesOf = ({ subject, method, customerId }: SignInOpening, { source, signInId, now }: Opened) => {
  const customers =
    subject.kind === "account" ? subject.memberships.map((membership) => membership.customer_id) : [customerId];
  return createAuditEntries(
    {
      action: "sign_in.succeeded",
      actor: { kind: subject.kind, id: subject.sub },
      ...(subject.kind === "respondent" ? { workspaceId: subject.workspace_id } : {}),
      target: { kind: "sign_in", id: signInId },
      source,
      detail: { method, flavour: source.flavour },
    },
    { customerIds: customers.filter((id) => id !== null), now },
  );
};

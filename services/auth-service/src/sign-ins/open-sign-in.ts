import type { Sql } from "@roundtrip/database/database";
import { uuidv7 } from "uuidv7";
import { addressPrefix } from "./address-prefix.rules.ts";
import type { Subject } from "./find-subject.ts";
import { idleEnd } from "./refresh.rules.ts";
import { insertSignIn } from "./sign-in.store.ts";
import type { TokenIssuer } from "./token-issuer.ts";

export interface SignInDeps {
  readonly db: Sql;
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
}

/** What the two flavours answer with; the route picks. */
export interface OpenedSignIn {
  readonly refreshToken: string;
  readonly accessToken: string;
  /** How long the cookie is worth keeping. */
  readonly maxAgeSeconds: number;
}

/** The last step of every sign-in: a new family with its first refresh token, and the first access token. */
export const openSignIn = async (deps: SignInDeps, subject: Subject, source: SignInSource): Promise<OpenedSignIn> => {
  const now = deps.clock();
  const isAccount = subject.kind === "account";
  const signInId = uuidv7();
  const refreshTokenId = uuidv7();
  const lifeMs = isAccount ? deps.lifetimes.staffMs : deps.lifetimes.respondentMs;
  const absoluteExpiresAt = new Date(now.getTime() + lifeMs);
  const idleExpiresAt =
    source.flavour === "cookie" ? idleEnd(now, deps.lifetimes.idleMs, absoluteExpiresAt) : absoluteExpiresAt;
  const refreshToken = await deps.tokens.refreshToken({
    signInId,
    refreshTokenId,
    subjectId: subject.sub,
    expiresAt: absoluteExpiresAt,
  });
  const accessToken = await deps.tokens.accessToken(subject, signInId);
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
  });
  return { refreshToken, accessToken, maxAgeSeconds: Math.floor((idleExpiresAt.getTime() - now.getTime()) / 1_000) };
};

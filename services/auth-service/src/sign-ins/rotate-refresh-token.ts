import type { Tx } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import { Problem } from "@roundtrip/http-problem/problem";
import type { BoxContext } from "@roundtrip/secret-box/keyring";
import { uuidv7 } from "uuidv7";
import type { AuditSource } from "../audit/record-audit.ts";
import { limitUse } from "../throttling/limit-address.ts";
import { refreshLimit } from "../throttling/limit-policies.rules.ts";
import { endReusedSignIn } from "./end-reused-sign-in.ts";
import { findSubject, type Subject } from "./find-subject.ts";
import type { CookieTokens, Lifetimes } from "./open-sign-in.ts";
import { decideRotation, idleEnd, type RefreshTokenState, refuseSignIn } from "./refresh.rules.ts";
import type { RefreshDeps, Refreshed } from "./refresh-access.ts";
import { findRefreshToken, insertRotation, lockSignIn, revokeSignIn, type SignInRow } from "./sign-in.store.ts";
import type { SingleFlight } from "./single-flight.ts";
import type { RefreshClaims } from "./token-issuer.ts";

export interface RotationDeps extends RefreshDeps {
  readonly bus: EventBus;
  readonly lifetimes: Lifetimes;
  /** How long a lost answer is given again, 15 s. */
  readonly replayGraceMs: number;
  /** The public URL, for the notice of a reuse. */
  readonly issuer: string;
  /** Of rotations, by the token's id. */
  readonly rotations: SingleFlight<CookieTokens | string>;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Cookie flavour: every refresh token is good for one successor. One transaction with the family's row locked, so that of
 * any number of tabs, replicas and retries exactly one mints it and the others get the same answer. See `decideRotation`.
 * Throws `unauthorized`; the revocation that a reuse brings is committed before. Throws `rate_limited` when it is used too often.
 */
export const rotateRefreshToken = async (
  deps: RotationDeps,
  token: string | undefined,
  source: AuditSource,
): Promise<Refreshed<CookieTokens>> => {
  const claims = await deps.tokens.readRefreshToken(token);
  if (!claims) throw new Problem("unauthorized");
  const headers = await limitUse(deps, { policy: refreshLimit, key: claims.sid }, source);
  // Tabs that wake up together get one answer from one transaction, instead of waiting in line for the family's row, each
  // with a connection in hand. It is the answer that they would get: a replay.
  const outcome = await deps.rotations(claims.jti, () =>
    deps.db.transaction((tx) => rotate(deps, tx, { claims, source })),
  );
  if (typeof outcome === "string") throw new Problem("unauthorized", { cause: outcome });
  return { tokens: outcome, headers };
};

interface Rotating {
  readonly claims: RefreshClaims;
  readonly source: AuditSource;
}

/** The new pair, or the reason why there is none. */
const rotate = async (deps: RotationDeps, tx: Tx, { claims, source }: Rotating): Promise<CookieTokens | string> => {
  const signIn = await lockSignIn(tx, claims.sid);
  const refusal = signIn ? refuseSignIn(signIn, "cookie", deps.clock()) : "unknown";
  if (!signIn || refusal) return refusal ?? "unknown";
  const subject = await findSubject(tx, signIn);
  if (!subject) {
    await revokeSignIn(tx, signIn.sign_in_id, "subject_gone");
    return "subject_gone";
  }
  const parent = await findRefreshToken(tx, claims.jti, signIn.sign_in_id);
  const decision = decideRotation(parent, deps.clock());
  if (decision === "rotate") return mintSuccessor(deps, tx, { signIn, subject, parentId: claims.jti });
  const replay = decision === "replay" && parent ? openReplay(deps, parent, claims.jti) : null;
  if (replay) return replay;
  await endReusedSignIn(deps, tx, { signIn, subject, source });
  return "reuse";
};

interface Minting {
  readonly signIn: SignInRow;
  readonly subject: Subject;
  readonly parentId: string;
}

const mintSuccessor = async (deps: RotationDeps, tx: Tx, minting: Minting): Promise<CookieTokens> => {
  const { signIn, subject, parentId } = minting;
  const now = deps.clock();
  const childId = uuidv7();
  const idleExpiresAt = idleEnd(now, deps.lifetimes.idleMs, signIn.absolute_expires_at);
  const opened: CookieTokens = {
    accessToken: await deps.tokens.accessToken(subject, signIn.sign_in_id),
    refreshToken: await deps.tokens.refreshToken({
      signInId: signIn.sign_in_id,
      refreshTokenId: childId,
      subjectId: subject.sub,
      expiresAt: signIn.absolute_expires_at,
    }),
    maxAgeSeconds: Math.floor((idleExpiresAt.getTime() - now.getTime()) / 1_000),
  };
  await insertRotation(tx, {
    signInId: signIn.sign_in_id,
    parentId,
    childId,
    replayBox: deps.keyring.seal(JSON.stringify(opened), replayBoxOf(parentId)),
    replayUntil: new Date(now.getTime() + deps.replayGraceMs),
    now,
    idleExpiresAt,
  });
  return opened;
};

/** Sign-ins of accounts belong to no workspace, so none is named. */
const replayBoxOf = (refreshTokenId: string): BoxContext => ({
  table: "refresh_tokens",
  id: refreshTokenId,
  workspaceId: "",
});

const openReplay = (deps: RotationDeps, parent: RefreshTokenState, parentId: string): CookieTokens | null => {
  if (parent.replay_box === null) return null;
  const opened: unknown = JSON.parse(deps.keyring.open(parent.replay_box, replayBoxOf(parentId)));
  // The box is authenticated: it holds what `mintSuccessor` has sealed.
  return opened as CookieTokens;
};

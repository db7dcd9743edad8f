/** The state of a sign-in at the moment of a refresh. */
export interface SignInState {
  readonly flavour: string;
  readonly revoked_at: Date | null;
  readonly idle_expires_at: Date;
  readonly absolute_expires_at: Date;
}

/** Why the sign-in gives no more access tokens, for the log; null when it does. */
export const refuseSignIn = (signIn: SignInState, flavour: "header" | "cookie", now: Date): string | null => {
  // A cookie's token in the header would be one that is never rotated.
  if (signIn.flavour !== flavour) return "wrong_flavour";
  if (signIn.revoked_at) return "revoked";
  if (signIn.absolute_expires_at <= now) return "expired";
  return signIn.idle_expires_at <= now ? "idle" : null;
};

/** The state of one refresh token of a live sign-in. `null`: the row is gone although the signature is ours. */
export interface RefreshTokenState {
  readonly used_at: Date | null;
  readonly replay_until: Date | null;
  readonly replay_box: string | null;
  readonly child_used: boolean;
}

export type RotationDecision = "rotate" | "replay" | "reuse";

/**
 * unused -> `rotate`: mint the one successor.
 * used, within the grace, successor unused -> `replay`: the answer got lost or another tab was faster; the same answer again.
 * anything else -> `reuse`: two parties hold the family's tokens and one of them is a thief; it ends for both
 * (RFC 9700 section 4.14.2). A grandparent is always reuse, because its child has been used.
 */
export const decideRotation = (token: RefreshTokenState | null, now: Date): RotationDecision => {
  if (!token) return "reuse";
  if (!token.used_at) return "rotate";
  const inGrace = token.replay_until !== null && now < token.replay_until;
  return inGrace && !token.child_used && token.replay_box !== null ? "replay" : "reuse";
};

/** When an unused sign-in ends: `idleMs` from now, but never after its absolute end. */
export const idleEnd = (now: Date, idleMs: number, absoluteEnd: Date): Date =>
  new Date(Math.min(now.getTime() + idleMs, absoluteEnd.getTime()));

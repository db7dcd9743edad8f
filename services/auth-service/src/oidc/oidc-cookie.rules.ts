/** What binds a round trip to the browser that began it. */
export interface BrowserBinding {
  readonly challengeId: string;
  /** 32 bytes in base64url. */
  readonly secret: string;
}

/** How long somebody may take at the provider. */
export const roundTripSeconds = 600;

/** `__Host-` where the refresh cookie has it too (`refresh-cookie.rules.ts`). */
const cookieName = (secure: boolean): string => (secure ? "__Host-roundtrip_oidc" : "roundtrip_oidc");

/** `Lax`: the way back is a top-level navigation from the provider's site. */
const write = (secure: boolean, value: string, maxAgeSeconds: number): string =>
  `${cookieName(secure)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;

export const oidcCookie = (secure: boolean, { challengeId, secret }: BrowserBinding): string =>
  write(secure, `${challengeId}.${secret}`, roundTripSeconds);

export const clearedOidcCookie = (secure: boolean): string => write(secure, "", 0);

/** Null when there is none, or none that we have made. */
export const readOidcCookie = (
  secure: boolean,
  cookies: Readonly<Record<string, string | undefined>>,
): BrowserBinding | null => {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(
    cookies[cookieName(secure)] ?? "",
  );
  const [, challengeId, secret] = match ?? [];
  return challengeId === undefined || secret === undefined ? null : { challengeId, secret };
};

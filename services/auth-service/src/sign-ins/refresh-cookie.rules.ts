/** The refresh token's cookie, as far as the deployment decides it. */
export interface CookieSettings {
  readonly name: string;
  /** Of the cookie by which a device is known again (`known-device.ts`). */
  readonly deviceName: string;
  readonly secure: boolean;
  /** Scheme, host and port of `PUBLIC_URL`. */
  readonly publicOrigin: string;
}

/**
 * On https the name carries `__Host-`: only this host, over TLS, for every path, can have set it (RFC 6265bis section 4.1.3).
 * On plain http - standalone on localhost and nothing else - some browsers would drop such a cookie, so it goes without
 * the prefix and without `Secure`.
 */
export const cookieSettings = (publicUrl: string): CookieSettings => {
  const url = new URL(publicUrl);
  const secure = url.protocol !== "http:";
  const prefix = secure ? "__Host-" : "";
  return {
    name: `${prefix}roundtrip_refresh`,
    deviceName: `${prefix}roundtrip_device`,
    secure,
    publicOrigin: url.origin,
  };
};

/** `Lax`, so that a person who comes from the customer's page is still signed in on arrival. */
export const refreshCookie = (settings: CookieSettings, token: string, maxAgeSeconds: number): string =>
  cookieText(settings, settings.name, { value: token, maxAgeSeconds });

/** Browsers keep no cookie for longer than 400 days (RFC 6265bis section 5.5). */
const deviceMaxAgeSeconds = 400 * 86_400;

export const deviceCookie = (settings: CookieSettings, token: string): string =>
  cookieText(settings, settings.deviceName, { value: token, maxAgeSeconds: deviceMaxAgeSeconds });

interface CookieValue {
  readonly value: string;
  readonly maxAgeSeconds: number;
}

const cookieText = (settings: CookieSettings, name: string, { value, maxAgeSeconds }: CookieValue): string =>
  `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${settings.secure ? "; Secure" : ""}`;

export const clearedRefreshCookie = (settings: CookieSettings): string => refreshCookie(settings, "", 0);

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * True when a browser says that another site's page sends this. What browsers say cannot be forged by a page; programs
 * that are no browsers send neither header, and have no cookie to be abused.
 */
export const isCrossSite = (settings: CookieSettings, headers: Headers): boolean => {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const { origin } = headers;
  if (origin === undefined || origin === settings.publicOrigin) return false;
  // Standalone answers on 127.0.0.1 as well as on localhost; the browser vouches that page and server are one origin.
  return !(site === "same-origin" && typeof origin === "string" && hostOf(origin) === headers["host"]);
};

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);

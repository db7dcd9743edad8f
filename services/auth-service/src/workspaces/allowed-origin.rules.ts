const loopback = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Why a text is no origin that may use a workspace's keys, or null. It must be exactly what browsers send in `Origin`
 * (RFC 6454 section 7): lower case, punycode, no default port, no path. On live, https only, but for the developer's own
 * machine: what is sent in the clear can be changed on its way by anybody, keys and all.
 */
export const refuseOrigin = (text: string, environment: "live" | "dev"): string | null => {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return "must be a web origin";
  // `null`, wildcards, paths, credentials, upper case, Unicode and default ports all end up as another text.
  if (url.origin !== text) return `must be written as browsers send it${suggestion(url)}`;
  if (url.hostname.includes("*")) return "must name one host";
  if (url.hostname.endsWith(".")) return "must not end with a dot";
  if (environment === "live" && url.protocol === "http:" && !loopback.test(url.hostname)) return "must be https";
  return null;
};

const suggestion = (url: URL): string => (url.username === "" && url.password === "" ? `, as ${url.origin}` : "");

export interface OriginFault {
  readonly index: number;
  readonly reason: string;
}

/** Every fault of the list, with its place. */
export const refuseOrigins = (origins: readonly string[], environment: "live" | "dev"): readonly OriginFault[] =>
  origins.flatMap((origin, index) => {
    const reason = origins.indexOf(origin) < index ? "is there twice" : refuseOrigin(origin, environment);
    return reason === null ? [] : [{ index, reason }];
  });

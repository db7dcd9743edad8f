type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The one credential of a request that decides, by where it stands; `text` has not been looked at yet. */
export type Presented =
  | { readonly kind: "api_key" | "personal_access_token" | "action_token"; readonly text: string }
  | { readonly kind: "access_token" };

/**
 * The first of `X-API-Key`, `X-Auth-Token` and `Authorization` that is there at all, so that no mixture of credentials is
 * worth more than one of them. A header that came several times is one that fits nothing. `access_token` stands for
 * everything else, and for nothing: `readToken` (`token.rules.ts`) finds the text, or none.
 */
export const findPresented = (headers: Headers): Presented => {
  const key = headers["x-api-key"];
  if (key !== undefined) return { kind: "api_key", text: typeof key === "string" ? key : "" };
  const authorization = headers["authorization"];
  if (headers["x-auth-token"] !== undefined || typeof authorization !== "string") return { kind: "access_token" };
  const [, scheme, text] = /^(Bearer|Token) ([^ ]+)$/i.exec(authorization) ?? [];
  if (scheme === undefined || text === undefined) return { kind: "access_token" };
  if (scheme.toLowerCase() === "token") return { kind: "action_token", text };
  return text.startsWith("rt_pat_") ? { kind: "personal_access_token", text } : { kind: "access_token" };
};

/** The same for the doors of people, where a key is as good as none. */
export const findPersonPresented = (headers: Headers): Presented =>
  findPresented({ "x-auth-token": headers["x-auth-token"], authorization: headers["authorization"] });

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import Provider from "oidc-provider";

/** What the provider says about somebody besides the id, which is the name that they type. */
export interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface OpenidProviderStandIn {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** People who can sign in, by name. */
  readonly people: Map<string, Person>;
  /** Answers requests to this path instead of the provider. */
  readonly overrides: Map<string, Listener>;
  /** An ID token with the provider's own key. */
  signIdToken(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Every request so far, as method and path. */
  readonly requests: string[];
  up(): Promise<void>;
  down(): Promise<void>;
}

/** A real OpenID provider on a loopback port, which insists on PKCE. `redirectUri` is what its client has registered. */
export const openOpenidProvider = async (redirectUri: string): Promise<OpenidProviderStandIn> => {
  const people = new Map<string, Person>();
  const overrides = new Map<string, Listener>();
  const requests: string[] = [];
  let listener: Listener = (_request, response) => response.end();
  let server: Server | null = null;
  const listen = async (port: number): Promise<number> => {
    const opened = createServer((request, response) => {
      const path = (request.url ?? "").split("?")[0] ?? "";
      requests.push(`${request.method} ${path}`);
      (overrides.get(path) ?? listener)(request, response);
    });
    server = opened;
    await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
    const address = opened.address();
    if (address === null || typeof address === "string") throw new Error("the provider has no port");
    return (address satisfies AddressInfo).port;
  };
  const down = async () => {
    const closing = server;
    server = null;
    closing?.closeAllConnections();
    await new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
  };
  const port = await listen(0);
  const issuer = `http://127.0.0.1:${port}`;
  const [clientId, clientSecret] = ["roundtrip", "a secret: with % and +"];
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: "test", alg: "RS256", use: "sig" };
  listener = createProvider({ issuer, redirectUri, people, clientId, clientSecret, jwk }).callback();
  return {
    issuer,
    clientId,
    clientSecret,
    people,
    overrides,
    requests,
    signIdToken: (claims) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg: "RS256", kid: "test" }).sign(privateKey),
    up: async () => void (await listen(port)),
    down,
  };
};

interface ProviderParts {
  readonly issuer: string;
  readonly redirectUri: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly jwk: JWK;
}

const createProvider = (parts: ProviderParts): Provider =>
  new Provider(parts.issuer, {
    clients: [
      {
        client_id: parts.clientId,
        client_secret: parts.clientSecret,
        redirect_uris: [parts.redirectUri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [parts.jwk] },
    cookies: { keys: ["a key for the provider's own cookies"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_context, name) => {
      const person = parts.people.get(name);
      return person && { accountId: name, claims: () => ({ sub: name, ...person }) };
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });

/** A browser at the provider: it keeps the provider's cookies, fills in the provider's forms, and follows nowhere else. */
export const createBrowser = (issuer: string) => {
  const jar = new Map<string, string>();
  const request = async (url: string, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      redirect: "manual",
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { method: "POST", body: form } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      jar.set(name, value);
    }
    return response;
  };
  const fillIn = async (response: Response, name: string): Promise<Response> => {
    const page = await response.text();
    const action = /action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
    if (!action || !prompt) throw new Error(`no form in ${response.status} ${page.slice(0, 500)}`);
    const answer = prompt === "login" ? { prompt, login: name, password: "any" } : { prompt };
    return request(new URL(action, issuer).href, new URLSearchParams(answer));
  };
  return {
    /** Signs in as `name` and gives its consent; answers the address outside of the provider where it is sent in the end. */
    signIn: async (url: string, name: string): Promise<URL> => {
      let response = await request(url);
      for (let steps = 0; steps < 20; steps += 1) {
        const location = response.headers.get("location");
        const next = location === null ? null : new URL(location, issuer);
        if (next && next.origin !== issuer) return next;
        response = next ? await request(next.href) : await fillIn(response, name);
      }
      throw new Error("the provider goes round in circles");
    },
  };
};

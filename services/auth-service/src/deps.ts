import type { KeySet } from "@roundtrip/access-token/authenticator";
import type { CutOff } from "@roundtrip/access-token/cut-off";
import type { Database } from "@roundtrip/database/database";
import type { EventBus } from "@roundtrip/event-bus/event-bus";
import type { PasswordHasher } from "@roundtrip/password-hash/password-hash";
import type { Keyring } from "@roundtrip/secret-box/keyring";
import type { FastifyBaseLogger } from "fastify";
import type { SigningKeys } from "./keys/signing-keys.ts";
import type { Oidc } from "./oidc/openid-provider.ts";
import type { Lifetimes } from "./sign-ins/open-sign-in.ts";
import type { CookieSettings } from "./sign-ins/refresh-cookie.rules.ts";
import type { TokenIssuer } from "./sign-ins/token-issuer.ts";
import type { Prisma } from "./store/auth-db.ts";
import type { KeyedTurns } from "./throttling/keyed-turns.ts";
import type { AddressLimits } from "./throttling/limit-address.ts";

/** What the routes, handlers and workers of this service are made from. Each asks for the part it needs. */
export interface AuthDeps {
  readonly db: Database;
  /** Plain reads, on the same pool as `db`. */
  readonly prisma: Prisma;
  readonly bus: EventBus;
  readonly log: FastifyBaseLogger;
  readonly clock: () => Date;
  readonly keyring: Keyring;
  readonly hasher: PasswordHasher;
  /** Own keys and published ones, read from the database. */
  readonly keySet: KeySet;
  readonly tokens: TokenIssuer;
  readonly signingKeys: SigningKeys;
  /** The one origin the world sees, without a trailing slash. */
  readonly issuer: string;
  readonly cookie: CookieSettings;
  readonly lifetimes: Lifetimes;
  readonly replayGraceMs: number;
  readonly addressLimits: AddressLimits;
  /** Guesses at one password take turns. */
  readonly guessTurns: KeyedTurns;
  /** Null where no provider is configured. */
  readonly oidc: Oidc | null;
  /** Whether the bus has said that a token's sign-in, account or customer is no more what it was. */
  readonly isEnded: CutOff["isEnded"];
  readonly noteUse: (credentialId: string) => void;
}

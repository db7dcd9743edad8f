import { randomUUID } from "node:crypto";
import { createApiKey } from "@roundtrip/access-token/api-key-format";
import type { CallerSources } from "@roundtrip/access-token/ask-auth-service";
import { createKeySet } from "@roundtrip/access-token/key-set";
import { accessTokenUse, tokenAudience, tokenType } from "@roundtrip/access-token/token.rules";
import type { VerifiedCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { type Environment, type Role, type Scope, scopes } from "@roundtrip/contracts/scope";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Static } from "typebox";
import { uuidv7 } from "uuidv7";

export interface TestWorkspace {
  readonly workspaceId: string;
  readonly environment: Environment;
  /** Headers of an API key with every scope. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of an API key with these scopes only. */
  keyWith(...granted: readonly Scope[]): Readonly<Record<string, string>>;
  /** Headers of a staff member with this role. */
  staff(role: Role): Promise<Readonly<Record<string, string>>>;
}

export interface RespondentIdentity {
  readonly workspaceId: string;
  readonly surveyId: string;
  readonly surveySlug: string;
  readonly respondentId: string;
  readonly userId: string;
}

export interface TestCallers {
  readonly sources: CallerSources;
  workspace(environment?: Environment): TestWorkspace;
  /** Headers of a signed-in respondent. */
  respondent(identity: RespondentIdentity): Promise<Readonly<Record<string, string>>>;
}

/** Callers as auth-service would vouch for them: real ES256 access tokens, and API keys known to a local list. */
export const createTestCallers = async (issuer: string): Promise<TestCallers> => {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const bare = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(bare);
  const jwk = { ...bare, kid, alg: "ES256", use: "sig", roundtrip_use: accessTokenUse };
  const keys = new Map<string, Static<typeof VerifiedCredential>>();
  const sign = (subject: string, claims: Record<string, unknown>) =>
    new SignJWT({ ...claims, client_id: "roundtrip", sid: randomUUID() })
      .setProtectedHeader({ alg: "ES256", typ: tokenType, kid })
      .setIssuer(issuer)
      .setAudience(tokenAudience)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime("10m")
      .sign(privateKey);
  return {
    sources: {
      keySet: createKeySet({ load: async () => [jwk], log: { warn: () => undefined } }),
      isEnded: () => false,
      verifyCredential: async (question) => ("credential" in question ? (keys.get(question.credential) ?? null) : null),
    },
    workspace: (environment = "dev") => createWorkspace({ environment, keys, sign }),
    respondent: async (identity) => ({
      "x-auth-token": await sign(identity.respondentId, {
        kind: "respondent",
        workspace_id: identity.workspaceId,
        survey_id: identity.surveyId,
        survey_slug: identity.surveySlug,
        user_id: identity.userId,
      }),
    }),
  };
};

interface WorkspaceParts {
  readonly environment: Environment;
  readonly keys: Map<string, Static<typeof VerifiedCredential>>;
  readonly sign: (subject: string, claims: Record<string, unknown>) => Promise<string>;
}

const createWorkspace = ({ environment, keys, sign }: WorkspaceParts): TestWorkspace => {
  const ids = { live: uuidv7(), dev: uuidv7() };
  const customerId = uuidv7();
  const addKey = (granted: readonly Scope[]) => {
    const key = createApiKey(environment);
    keys.set(key, {
      credential_id: uuidv7(),
      kind: "api_key",
      workspace_id: ids[environment],
      customer_id: customerId,
      environment,
      scopes: [...granted],
      allowed_origins: [],
      expires_at: null,
    });
    return { "x-api-key": key };
  };
  return {
    workspaceId: ids[environment],
    environment,
    headers: addKey(scopes),
    keyWith: (...granted) => addKey(granted),
    staff: async (role) => ({
      authorization: `Bearer ${await sign(uuidv7(), { kind: "account", operator: false, memberships: [{ customer_id: customerId, role, ...ids }] })}`,
      "x-workspace": environment,
    }),
  };
};

import { createApiKey } from "@roundtrip/access-token/api-key-format";
import type { CallerSources } from "@roundtrip/access-token/ask-auth-service";
import { createTestIssuer } from "@roundtrip/access-token/test-issuer";
import type { VerifiedCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { type Environment, type Role, type Scope, scopes } from "@roundtrip/contracts/scope";
import type { Static } from "typebox";
import { uuidv7 } from "uuidv7";

export type Headers = Readonly<Record<string, string>>;

export interface TestWorkspace {
  readonly workspaceId: string;
  /** Of an API key with every scope. */
  readonly headers: Headers;
  keyWith(...granted: readonly Scope[]): Headers;
  staff(role: Role): Promise<Headers>;
}

export interface TestCallers {
  readonly sources: CallerSources;
  workspace(environment?: Environment): TestWorkspace;
  respondent(): Promise<Headers>;
}

/** Callers as auth-service would vouch for them: real access tokens, and API keys known to a local list. */
export const createTestCallers = async (issuer: string): Promise<TestCallers> => {
  const { keySet, accountToken, respondentToken } = await createTestIssuer(issuer);
  const keys = new Map<string, Static<typeof VerifiedCredential>>();
  const workspace = (environment: Environment = "dev"): TestWorkspace => {
    const ids = { live: uuidv7(), dev: uuidv7() };
    const customerId = uuidv7();
    const keyWith = (...granted: readonly Scope[]) => {
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
      headers: keyWith(...scopes),
      keyWith,
      staff: async (role) => ({
        authorization: `Bearer ${await accountToken({ sub: uuidv7(), operator: false, memberships: [{ customer_id: customerId, role, ...ids }] })}`,
        "x-workspace": environment,
      }),
    };
  };
  return {
    sources: {
      keySet,
      isEnded: () => false,
      verifyCredential: async (question) => ("credential" in question ? (keys.get(question.credential) ?? null) : null),
    },
    workspace,
    respondent: async () => ({
      "x-auth-token": await respondentToken({
        sub: uuidv7(),
        workspace_id: uuidv7(),
        survey_id: uuidv7(),
        survey_slug: "s",
        user_id: uuidv7(),
      }),
    }),
  };
};

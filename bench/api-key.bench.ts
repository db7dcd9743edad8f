import { accessTokenPlugin } from "@roundtrip/access-token/access-token.plugin";
import { createApiKey } from "@roundtrip/access-token/api-key-format";
import { createAuthenticator } from "@roundtrip/access-token/create-authenticator";
import { createCredentialVerifier } from "@roundtrip/access-token/credential-verifier";
import { createKeySet } from "@roundtrip/access-token/key-set";
import { verifyCredential } from "@roundtrip/contracts/auth/verify-credential.rpc";
import { createInProcessEventBus } from "@roundtrip/event-bus/in-process-event-bus";
import Fastify, { type FastifyInstance } from "fastify";
import { uuidv7 } from "uuidv7";

const requests = 20_000;
const rounds = 7;

/**
 * What an API key costs once it is in the cache: CPU of the same route with and without the door, in one process, turn by
 * turn. Requests are injected, so neither side pays for sockets and the difference is the door alone.
 */
export const benchApiKey = async (): Promise<void> => {
  const key = createApiKey("live");
  const bus = createInProcessEventBus();
  await bus.respond(verifyCredential.subject, async () => JSON.stringify({ verified: createVerified() }));
  const verifier = await createCredentialVerifier({ bus });
  const app = await createApp(verifier.verify);
  const headers = { "x-api-key": key };
  const differences: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const open = await cpuPerRequest(app, "/open", headers);
    const guarded = await cpuPerRequest(app, "/guarded", headers);
    console.log(`round ${round + 1}: ${open.toFixed(1)} us without, ${guarded.toFixed(1)} us with the key`);
    differences.push(guarded - open);
  }
  differences.sort((a, b) => a - b);
  const show = (value: number | undefined) => (value ?? Number.NaN).toFixed(1);
  console.log(
    `an API key in the cache costs ${show(differences[Math.floor(rounds / 2)])} us CPU a request (${show(differences[0])} .. ${show(differences.at(-1))})`,
  );
  await app.close();
  await verifier.close();
  await bus.close();
};

const createVerified = () => ({
  credential_id: uuidv7(),
  kind: "api_key",
  workspace_id: uuidv7(),
  customer_id: uuidv7(),
  environment: "live",
  scopes: ["surveys:read"],
  allowed_origins: [],
  expires_at: null,
});

type Verify = Parameters<typeof createAuthenticator>[0]["verifyCredential"];

const createApp = async (verify: Verify): Promise<FastifyInstance> => {
  const log = { warn: () => undefined, error: () => undefined, info: () => undefined };
  const keySet = createKeySet({ log, load: async () => [] });
  const options = { issuer: "http://localhost", keySet, verifyCredential: verify, isEnded: () => false };
  const authenticator = createAuthenticator(options);
  const app = Fastify();
  await app.register(accessTokenPlugin, options);
  app.get("/open", async () => ({ ok: true }));
  app.get("/guarded", {
    onRequest: async (request) => {
      await authenticator.workspace(request, { kind: "workspace", scope: "surveys:read", role: "viewer" });
    },
    handler: async () => ({ ok: true }),
  });
  await app.ready();
  return app;
};

const cpuPerRequest = async (
  app: FastifyInstance,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> => {
  const before = process.cpuUsage();
  for (let index = 0; index < requests; index += 1) {
    const answer = await app.inject({ method: "GET", url, headers: { ...headers } });
    if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requests;
};

import { availableParallelism } from "node:os";
import { hash, verify } from "@node-rs/argon2";
import Fastify from "fastify";

/**
 * The floor of signing in with a password: nothing but argon2id with auth-service's parameters, as many at a time as there
 * are cores. `GET /run?ms=` loops for so long and answers how many it verified.
 */
const parameters = { algorithm: 2, memoryCost: 65_536, timeCost: 3, parallelism: 1 };
const stored = await hash("a long enough pass phrase", parameters);
const app = Fastify();
app.get("/run", async (request) => {
  const { searchParams } = new URL(request.url, "http://localhost");
  const until = performance.now() + Number(searchParams.get("ms"));
  let verified = 0;
  const loop = async () => {
    while (performance.now() < until) {
      await verify(stored, "a long enough pass phrase");
      verified += 1;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: availableParallelism() }, loop));
  return { perSecond: (verified * 1_000) / (performance.now() - startedAt) };
});
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
process.send?.({ port: typeof address === "object" && address ? address.port : 0 });
process.on("SIGTERM", () => {
  void app.close().finally(() => process.exit(0));
});

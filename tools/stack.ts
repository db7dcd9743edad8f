import { startLocalStack } from "@roundtrip/test-harness/local-stack";

/** `pnpm stack`: the topology of docker-compose.yml as processes, until Ctrl+C. `PORT` is the gateway's (8080). */
const stack = await startLocalStack({ port: Number(process.env["PORT"] ?? 8_080) });
console.log(`
  The stack is ready: ${stack.url}   (documents at ${stack.url}/docs)
  Admin sign-in   ${stack.admin.email}   ${stack.admin.password}
  Processes       ${Object.values(stack.services)
    .map((service) => `${service.name} ${service.pid}`)
    .join(", ")}, gateway ${stack.gateway.pid}, nats-server ${stack.nats.pid}
  Logs            ${stack.folder}
  Stop with Ctrl+C; everything is removed.
`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stack.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

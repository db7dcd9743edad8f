import { createServer } from "node:http";

/** Counts what arrives, answers 204, and tells its parent the count ten times a second. */
let count = 0;
let told = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    count += 1;
    response.writeHead(204).end();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" && address ? address.port : 0 });
});
setInterval(() => {
  if (count === told) return;
  told = count;
  process.send?.({ count, at: Date.now() });
}, 20);
process.on("SIGTERM", () => process.exit(0));

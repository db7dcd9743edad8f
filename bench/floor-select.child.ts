import Fastify from "fastify";
import pg from "pg";

/** The floor of refresh: a bare Fastify route that finds one row by its id with a prepared SELECT and answers it. */
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
const app = Fastify();
app.post("/select", async () => {
  const result = await pool.query({
    name: "floor-select",
    text: "SELECT account_id, email FROM accounts WHERE email_key = $1",
    values: [process.env["EMAIL"]],
  });
  return { id: result.rows[0].account_id, email: result.rows[0].email };
});
await app.listen({ host: "127.0.0.1", port: 0 });
const address = app.server.address();
process.send?.({ port: typeof address === "object" && address ? address.port : 0 });
process.on("SIGTERM", () => {
  void app
    .close()
    .then(() => pool.end())
    .finally(() => process.exit(0));
});

import Fastify from "fastify";
import pg from "pg";

/** The floor of create-user: a bare Fastify route that runs one prepared INSERT and answers its row. */
const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 10 });
await pool.query(
  "CREATE TABLE IF NOT EXISTS floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)",
);
const app = Fastify();
app.post("/insert", async (request) => {
  const body: unknown = request.body;
  const name = typeof body === "object" && body !== null && "token" in body ? String(body.token).slice(0, 64) : "";
  const result = await pool.query({
    name: "floor",
    text: "INSERT INTO floor (name) VALUES ($1) RETURNING id",
    values: [name],
  });
  return { id: result.rows[0].id, name };
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

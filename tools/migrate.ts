import { fileURLToPath } from "node:url";
import { migrate } from "@roundtrip/migrations/migrate";
import { contexts } from "@roundtrip/migrations/provision";

/** `AUTH_DATABASE_URL=... SURVEY_DATABASE_URL=... NOTIFY_DATABASE_URL=... pnpm migrate` applies what is pending; those given. */
const given = contexts.filter((context) => process.env[`${context.toUpperCase()}_DATABASE_URL`]);
if (given.length === 0) throw new Error("set AUTH_DATABASE_URL, SURVEY_DATABASE_URL or NOTIFY_DATABASE_URL");
for (const context of given) {
  const url = process.env[`${context.toUpperCase()}_DATABASE_URL`] ?? "";
  const applied = await migrate({ url, directory: fileURLToPath(new URL(`../prisma/${context}`, import.meta.url)) });
  console.log(`${context}: ${applied.length === 0 ? "up to date" : `applied ${applied.join(", ")}`}`);
}

import { writeFile } from "node:fs/promises";
import { buildOpenApi } from "@roundtrip/contracts/openapi";

/** `pnpm openapi` writes the document that clients generate code from. A test fails when it is not written anew. */
await writeFile(new URL("../docs/openapi.json", import.meta.url), `${JSON.stringify(buildOpenApi(), null, 2)}\n`);

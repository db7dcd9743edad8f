import { benchApiKey } from "./api-key.bench.ts";
import { benchCreateUser } from "./create-user.bench.ts";
import { benchDeliver } from "./deliver.bench.ts";
import { benchSignIn } from "./sign-in.bench.ts";

/** `pnpm bench <path>`: ratios to a floor measured in the same run, against `pnpm stack`'s topology. Loopback only. */
const paths: Readonly<Record<string, () => Promise<void>>> = {
  "api-key": benchApiKey,
  "create-user": benchCreateUser,
  deliver: benchDeliver,
  "sign-in": benchSignIn,
};
const wanted = process.argv[2] ?? "";
const bench = paths[wanted];
if (!bench) throw new Error(`usage: pnpm bench <${Object.keys(paths).join("|")}>`);
await bench();

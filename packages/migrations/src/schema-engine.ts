import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  bindMigrationAwareSqlAdapterFactory,
  type ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";

/**
 * Prisma's schema engine from npm in its WebAssembly build: the native one is a download that closed networks refuse.
 * Its ledger is the ordinary `_prisma_migrations`, so the ordinary tool agrees where its engine can be had.
 */
export interface SchemaEngine {
  applyMigrations(params: unknown): Promise<{ readonly appliedMigrationNames: readonly string[] }>;
  diff(params: unknown): Promise<{ readonly stdout: string | null; readonly exitCode: number }>;
}

type Bindings = typeof import("@prisma/schema-engine-wasm/schema_engine_bg");

/**
 * Once per process, even when this module is evaluated twice, as test runners do: the bindings keep their one instance in
 * a variable of their own, and a second load would pull it away from the first.
 */
const loadedKey = Symbol.for("roundtrip.schema-engine");

const loadBindingsOnce = (): Promise<Bindings> => {
  const loaded: unknown = Reflect.get(globalThis, loadedKey);
  // Only this function writes under the key.
  if (loaded instanceof Promise) return loaded as Promise<Bindings>;
  const loading = loadBindings();
  Reflect.set(globalThis, loadedKey, loading);
  return loading;
};

const loadBindings = async (): Promise<Bindings> => {
  const require = createRequire(import.meta.url);
  const bindings = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = await readFile(
    require.resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/\.js$/, ".wasm"),
  );
  // Where the engine puts its last words; without it a panic says nothing at all.
  Reflect.set(globalThis, "PRISMA_WASM_PANIC_REGISTRY", {
    set_message: (message: string) => process.stderr.write(`schema engine: ${message}\n`),
  });
  // Node has it as a global; TypeScript only declares it with the browser's library, which services do not load.
  const { instance } = await webAssembly().instantiate(bytes, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  return bindings;
};

export const openSchemaEngine = async (
  datamodels: [path: string, content: string][],
  adapter: ErrorCapturingSqlMigrationAwareDriverAdapterFactory,
): Promise<SchemaEngine> => {
  const bindings = await loadBindingsOnce();
  return bindings.SchemaEngine.new({ datamodels }, () => undefined, adapter);
};

interface WebAssemblyApi {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, unknown>,
  ): Promise<{ readonly instance: { readonly exports: Record<string, unknown> } }>;
}

const webAssembly = (): WebAssemblyApi => {
  const api: unknown = Reflect.get(globalThis, "WebAssembly");
  // A standard global since Node 8 (WebAssembly JavaScript Interface, W3C).
  return api as WebAssemblyApi;
};

/**
 * The SQL from an empty database to the schema: the first draft of a migration, and the yardstick of the drift test.
 * `url` may be any Postgres: the engine asks it for its dialect and reads nothing of it.
 */
export const sqlFromEmptySchema = async (
  schema: { readonly path: string; readonly content: string },
  url: string,
): Promise<string> => {
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: url }));
  const engine = await openSchemaEngine([[schema.path, schema.content]], adapter);
  const result = await engine.diff({
    from: { tag: "empty" },
    to: { tag: "schemaDatamodel", files: [schema] },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return result.stdout ?? "";
};

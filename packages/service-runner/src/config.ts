import { readFileSync } from "node:fs";

/**
 * Configuration from one schema, parsed once at the process's edge: the type, the default, the masking in logs and the
 * table in the documents all come from the same entry. Every variable may be given as `<NAME>_FILE`, naming a file whose
 * content is the value (Docker and Kubernetes secrets).
 */
export interface Setting<T> {
  readonly doc: string;
  readonly parse: (text: string) => T;
  readonly default: T | undefined;
  readonly secret: boolean;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Config<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

interface Options<T> {
  readonly default?: T;
  readonly secret?: boolean;
}

const setting = <T>(doc: string, parse: (text: string) => T, options: Options<T>): Setting<T> => ({
  doc,
  parse,
  default: options.default,
  secret: options.secret ?? false,
});

export const text = (doc: string, options: Options<string> = {}): Setting<string> =>
  setting(doc, (value) => value, options);

/** A setting that may be left out; absent is `null`. */
export const optionalText = (doc: string, options: { readonly secret?: boolean } = {}): Setting<string | null> =>
  setting<string | null>(doc, (value) => value, { ...options, default: null });

export const integer = (
  doc: string,
  options: Options<number> & { readonly min: number; readonly max: number },
): Setting<number> =>
  setting(
    doc,
    (value) => {
      const number = Number(value);
      if (!/^-?\d+$/.test(value) || number < options.min || number > options.max) {
        throw new Error(`must be a whole number from ${options.min} to ${options.max}`);
      }
      return number;
    },
    options,
  );

export const flag = (doc: string, options: Options<boolean> = {}): Setting<boolean> =>
  setting(
    doc,
    (value) => {
      if (value !== "true" && value !== "false") throw new Error("must be true or false");
      return value === "true";
    },
    options,
  );

export const list = (doc: string, options: Options<readonly string[]> = {}): Setting<readonly string[]> =>
  setting(
    doc,
    (value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    options,
  );

export class ConfigInvalid extends Error {
  constructor(faults: readonly string[]) {
    super(`the configuration is invalid:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.name = "ConfigInvalid";
  }
}

/** Throws `ConfigInvalid` naming every missing or wrong variable at once. */
export const parseConfig = <S extends Settings>(
  settings: S,
  env: Readonly<Record<string, string | undefined>>,
): Config<S> => {
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(settings)) {
    try {
      const value = env[name] ?? readSecretFile(env[`${name}_FILE`]);
      if (value === undefined || value === "") {
        if (entry.default === undefined) throw new Error("is missing");
        config[name] = entry.default;
      } else config[name] = entry.parse(value);
    } catch (error) {
      faults.push(`${name} ${error instanceof Error ? error.message : String(error)} (${entry.doc})`);
    }
  }
  if (faults.length > 0) throw new ConfigInvalid(faults);
  // Each member was parsed by, or defaulted from, its own entry just above.
  return config as Config<S>;
};

const readSecretFile = (path: string | undefined): string | undefined =>
  path === undefined || path === "" ? undefined : readFileSync(path, "utf8").trim();

/** For the start-up log line: secrets become `***`. */
export const maskConfig = (settings: Settings, config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(settings).map((name) => [name, settings[name]?.secret ? "***" : config[name]]));

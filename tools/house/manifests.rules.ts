import type { TidyRule } from "./fault.ts";
import type { SourceFile } from "./source-tree.ts";

interface Manifest {
  readonly path: string;
  readonly isPrivate: boolean;
  readonly dependencies: readonly (readonly [name: string, version: string])[];
}

/** Nothing here is published by accident. */
export const privateManifest: TidyRule = (files) =>
  readManifests(files)
    .filter((manifest) => !manifest.isPrivate)
    .map(({ path }) => ({ path, line: null, message: 'says nothing of `"private": true`' }));

/** A version that two workspaces use stands in the catalog, once. */
export const catalogVersion: TidyRule = (files) => {
  const uses = readManifests(files).flatMap(({ path, dependencies }) =>
    dependencies.map(([name, version]) => ({ path, name, version })),
  );
  const users = (name: string) => new Set(uses.filter((use) => use.name === name).map((use) => use.path)).size;
  return uses
    .filter(({ version }) => !version.startsWith("workspace:") && !version.startsWith("catalog:"))
    .filter(({ name }) => users(name) > 1)
    .map(({ path, name, version }) => ({ path, line: null, message: `${name} ${version} belongs in the catalog` }));
};

const tags = ["contract", "kit", "service", "composition", "web"];

/** A workspace without a tag would stand outside of `turbo boundaries`, and nobody would see it. */
export const boundaryTag: TidyRule = (files) =>
  readManifests(files)
    .filter((manifest) => manifest.path !== "package.json")
    .flatMap((manifest) => {
      const path = manifest.path.replace(/package\.json$/, "turbo.json");
      const given = readTags(files.find((file) => file.path === path));
      const isOne = given.length === 1 && given.every((tag) => tags.includes(tag));
      return isOne ? [] : [{ path, line: null, message: `needs one tag of ${tags.join(", ")}` }];
    });

const readTags = (file: SourceFile | undefined): readonly string[] => {
  const value: unknown = file ? JSON.parse(file.text) : {};
  const given: unknown = isRecord(value) ? value["tags"] : [];
  return Array.isArray(given) ? given.map(String) : [];
};

const readManifests = (files: readonly SourceFile[]): readonly Manifest[] =>
  files
    .filter((file) => /(^|\/)package\.json$/.test(file.path))
    .map((file) => {
      const value: unknown = JSON.parse(file.text);
      const manifest = isRecord(value) ? value : {};
      const groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
      return {
        path: file.path,
        isPrivate: manifest["private"] === true,
        dependencies: groups.flatMap((group) => entriesOf(manifest[group])),
      };
    });

const entriesOf = (value: unknown): [string, string][] =>
  isRecord(value) ? Object.entries(value).map(([name, version]) => [name, String(version)]) : [];

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

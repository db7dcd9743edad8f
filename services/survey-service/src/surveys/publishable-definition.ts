import { createHash } from "node:crypto";
import { Problem } from "@roundtrip/http-problem/problem";
import { checkDefinition } from "./definition.rules.ts";

/** Throws `definition_invalid` with the JSON path of every fault. */
export const assertPublishable = (definition: Record<string, unknown>, root: readonly string[]): void => {
  const faults = checkDefinition(definition, root);
  if (faults.length > 0) throw new Problem("definition_invalid", { detail: faults });
};

/** What tells one version from another: SHA-256 (hex) of the JSON as it was given. */
export const definitionSha256 = (definition: Record<string, unknown>): string =>
  createHash("sha256").update(JSON.stringify(definition)).digest("hex");

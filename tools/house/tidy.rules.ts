import type { Fault, TidyRule } from "./fault.ts";
import { boundaryTag, catalogVersion, privateManifest } from "./manifests.rules.ts";
import { emptyName, fileRole, rolesInStyle } from "./names.rules.ts";
import { abandonedPromise, castBudget, castReason, pureRules } from "./reasons.rules.ts";
import { fileSpread, fileStop, testWeight } from "./size.rules.ts";
import type { SourceFile } from "./source-tree.ts";
import { glossary, machineTrace, testDodge, unfinished } from "./words.rules.ts";

/** What neither Biome, nor turbo, nor knip, nor the compiler can hold. */
export const tidyRules = {
  "abandoned-promise": abandonedPromise,
  "boundary-tag": boundaryTag,
  "cast-budget": castBudget,
  "cast-reason": castReason,
  "catalog-version": catalogVersion,
  "empty-name": emptyName,
  "file-role": fileRole,
  "file-spread": fileSpread,
  "file-stop": fileStop,
  glossary,
  "machine-trace": machineTrace,
  "private-manifest": privateManifest,
  "pure-rules": pureRules,
  "roles-in-style": rolesInStyle,
  "test-dodge": testDodge,
  "test-weight": testWeight,
  unfinished,
} as const satisfies Record<string, TidyRule>;

export type TidyRuleName = keyof typeof tidyRules;

export const judge = (files: readonly SourceFile[]): readonly Fault[] =>
  Object.entries(tidyRules).flatMap(([rule, find]) => find(files).map((fault) => ({ rule, ...fault })));

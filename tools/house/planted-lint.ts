/** One violation for each lint rule that `biome.jsonc` names; the path is where it is planted. */
export interface PlantedLint {
  readonly rule: string;
  readonly path: string;
  readonly text: string;
}

const kit = (name: string) => `packages/secret-box/src/planted-${name}.ts`;
const lint = (rule: string, text: string, path = kit(rule.toLowerCase())): PlantedLint => ({ rule, path, text });

/** Kept apart from their dots, else the tidy test would find them here. */
const [only, skip] = ["only", "skip"];

const longFunction = [
  "export const plantedLong = (): number => {",
  ...Array.from({ length: 71 }, (_, index) => `  const line${index} = ${index};`),
  "  return line0;",
  "};",
].join("\n");

const tangled = `export const plantedTangle = (a: number, b: number): number => {
  let sum = 0;
  for (let i = 0; i < a; i += 1) {
    if (i > b) {
      for (let j = 0; j < b; j += 1) {
        if (j > i) {
          while (sum < j) {
            if (sum % 2 === 0) {
              sum += 1;
            } else if (sum > 3) {
              sum += 2;
            }
          }
        }
      }
    }
  }
  return sum;
};`;

export const plantedLint: readonly PlantedLint[] = [
  lint("noExcessiveCognitiveComplexity", tangled),
  lint("noExcessiveLinesPerFunction", longFunction),
  lint(
    "noUselessCatch",
    "export const planted = () => {\n  try {\n    return 1;\n  } catch (error) {\n    throw error;\n  }\n};",
  ),
  lint("useMaxParams", "export const planted = (a: number, b: number, c: number, d: number) => a + b + c + d;"),
  lint("useOptionalChain", "export const planted = (a: { b?: { c: number } } | null) => a && a.b && a.b.c;"),
  lint("noUndeclaredVariables", "export const planted = () => nowhere;"),
  lint("noUnusedFunctionParameters", "export function planted(unused: number) {\n  return 1;\n}"),
  lint("noUnusedImports", 'import { randomBytes } from "node:crypto";\n\nexport const planted = 1;'),
  lint("noUnusedPrivateClassMembers", "export class Planted {\n  readonly #unused = 1;\n}"),
  lint("noUnusedVariables", "const planted = 1;\nexport const other = 2;"),
  lint("useParseIntRadix", 'export const planted = Number.parseInt("12");'),
  lint(
    "noFloatingPromises",
    "const later = async (): Promise<number> => 1;\n\nexport const planted = () => {\n  later();\n};",
  ),
  lint(
    "useExhaustiveSwitchCases",
    'export const planted = (word: "a" | "b"): number => {\n  switch (word) {\n    case "a":\n      return 1;\n  }\n  return 0;\n};',
  ),
  lint("noBarrelFile", 'export { sealText } from "./keyring.ts";'),
  lint("noReExportAll", 'export * from "./keyring.ts";'),
  lint("noDefaultExport", "const planted = 1;\nexport default planted;"),
  lint("noEnum", "export enum Planted {\n  One = 1,\n}"),
  lint("noNamespace", "export namespace Planted {\n  export const one = 1;\n}"),
  lint("noNestedTernary", "export const planted = (a: number) => (a > 1 ? 1 : a > 0 ? 2 : 3);"),
  lint("noNonNullAssertion", "export const planted = (a: string | null) => a!.length;"),
  lint("noParameterAssign", "export const planted = (a: number) => {\n  a = 2;\n  return a;\n};"),
  lint("noParameterProperties", "export class Planted {\n  constructor(readonly one: number) {}\n}"),
  lint("noProcessEnv", 'export const planted = process.env["PLANTED"];'),
  lint(
    "noUselessElse",
    "export const planted = (a: boolean) => {\n  if (a) {\n    return 1;\n  } else {\n    return 2;\n  }\n};",
  ),
  lint("useConst", "let planted = 1;\nexport const other = () => planted;"),
  lint("useFilenamingConvention", "export const planted = 1;", "packages/secret-box/src/plantedName.ts"),
  lint(
    "useImportType",
    'import { KeyObject } from "node:crypto";\n\nexport const planted = (key: KeyObject) => typeof key;',
  ),
  lint("useNodejsImportProtocol", 'import { randomBytes } from "crypto";\n\nexport const planted = randomBytes;'),
  lint("useThrowOnlyError", 'export const planted = () => {\n  throw "planted";\n};'),
  lint("noConsole", 'console.log("planted");\nexport const planted = 1;'),
  lint("noEmptyBlockStatements", "export const planted = (a: boolean) => {\n  if (a) {\n  }\n};"),
  lint("noExplicitAny", "export const planted = (a: any) => a;"),
  lint("noFocusedTests", `import { it } from "vitest";\n\nit.${only}("planted", () => undefined);`, kit("focus.test")),
  lint(
    "noImportCycles",
    'import { two } from "./planted-cycle-two.ts";\n\nexport const one = () => two;',
    kit("cycle-one"),
  ),
  lint(
    "noImportCycles",
    'import { one } from "./planted-cycle-one.ts";\n\nexport const two = () => one;',
    kit("cycle-two"),
  ),
  lint("noSkippedTests", `import { it } from "vitest";\n\nit.${skip}("planted", () => undefined);`, kit("skip.test")),
  lint("noVar", "export var planted = 1;"),
  lint("useErrorMessage", "export const planted = () => {\n  throw new Error();\n};"),
  lint(
    "useExhaustiveDependencies",
    'import { useEffect } from "preact/hooks";\n\nexport const usePlanted = (a: number) => {\n  useEffect(() => {\n    document.title = String(a);\n  }, []);\n};',
    "apps/respondent/src/planted-dependencies.ts",
  ),
  lint(
    "useHookAtTopLevel",
    'import { useState } from "preact/hooks";\n\nexport const usePlanted = (a: boolean) => {\n  if (a) useState(1);\n};',
    "apps/respondent/src/planted-hook.ts",
  ),
];

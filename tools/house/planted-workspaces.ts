/** What `turbo boundaries` must see; `says` is a piece of its complaint. */
export interface PlantedBoundary {
  readonly kind: string;
  readonly path: string;
  readonly from: string;
  readonly says: string;
}

export const plantedBoundaries: readonly PlantedBoundary[] = [
  {
    kind: "an import of a workspace that is no dependency",
    path: "packages/secret-box/src/planted-undeclared.ts",
    from: "@roundtrip/outbox/outbox",
    says: "cannot import package `@roundtrip/outbox` because it is not a dependency",
  },
  {
    kind: "a relative import that leaves its workspace",
    path: "services/survey-service/src/planted-climb.ts",
    from: "../../auth-service/src/service.ts",
    says: "import `../../auth-service/src/service.ts` leaves the package",
  },
];

/** A dependency that is declared, and that the tag of the workspace forbids. */
export const plantedDependencies = [
  { workspace: "services/survey-service", tag: "service", on: "@roundtrip/notify-service" },
  { workspace: "packages/secret-box", tag: "kit", on: "@roundtrip/survey-service" },
  { workspace: "packages/contracts", tag: "contract", on: "@roundtrip/secret-box" },
  { workspace: "apps/respondent", tag: "web", on: "@roundtrip/service-runner" },
] as const;

/** What the compiler must refuse; the number is its error's. */
export const plantedTypes = [
  { option: "strict", error: "TS7006", text: "export const a = (b) => b;" },
  { option: "noUncheckedIndexedAccess", error: "TS2532", text: "export const a = (b: string[]) => b[0].length;" },
  {
    option: "exactOptionalPropertyTypes",
    error: "TS2375",
    text: "export const a = (b: string | undefined): { c?: string } => {\n  const d: { c?: string } = { c: b };\n  return d;\n};",
  },
  {
    option: "noPropertyAccessFromIndexSignature",
    error: "TS4111",
    text: "export const a = (b: Record<string, string>) => b.c;",
  },
  {
    option: "noImplicitOverride",
    error: "TS4114",
    text: 'export class A extends Error {\n  toString() {\n    return "";\n  }\n}',
  },
  { option: "noImplicitReturns", error: "TS7030", text: "export const a = (b: boolean) => {\n  if (b) return 1;\n};" },
  { option: "noUnusedParameters", error: "TS6133", text: "export const a = (b: number) => 1;" },
  { option: "erasableSyntaxOnly", error: "TS1294", text: "export enum A {\n  B,\n}" },
  {
    option: "verbatimModuleSyntax",
    error: "TS1484",
    text: 'import { JsonWebKey } from "node:crypto";\n\nexport const a = (b: JsonWebKey) => b;',
  },
  {
    option: "noFallthroughCasesInSwitch",
    error: "TS7029",
    text: "export const a = (b: number) => {\n  switch (b) {\n    case 1:\n      b += 1;\n    case 2:\n      b += 2;\n  }\n  return b;\n};",
  },
  {
    option: "allowUnreachableCode: false",
    error: "TS7027",
    text: "export const a = () => {\n  return 1;\n  return 2;\n};",
  },
] as const;

import type { SourceFile } from "./source-tree.ts";
import type { TidyRuleName } from "./tidy.rules.ts";

const file = (path: string, ...lines: string[]): SourceFile => ({ path, text: `${lines.join("\n")}\n` });
const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `export const a${index} = 1;`);
const manifest = (path: string, value: object): SourceFile => file(path, JSON.stringify(value));

/** Forbidden words are put together here, else this file would have to be an exception to the rule that it proves. */
const word = (...parts: string[]): string => parts.join("");

const style = file(
  "STYLE.md",
  "Roles: `route rules store handler worker channel plugin http event rpc operations problems config test conformance bench child`",
);

/** For each rule of the tidy test one tree that breaks it, and how often. */
export const plantedTidy: Readonly<
  Record<TidyRuleName, { readonly faults: number; readonly files: readonly SourceFile[] }>
> = {
  "abandoned-promise": {
    faults: 2,
    files: [
      file("packages/a/src/a.ts", "export const a = () => {", "  void b();", "};"),
      file("packages/a/src/b.ts", "export const a = (b: boolean) => {", "  if (b) void c();", "};"),
      file("packages/a/src/c.ts", "export const a = () => {", "  // Nobody is left to tell.", "  void b();", "};"),
    ],
  },
  "boundary-tag": {
    faults: 3,
    files: [
      manifest("packages/a/package.json", { private: true }),
      manifest("packages/b/package.json", { private: true }),
      manifest("packages/b/turbo.json", { extends: ["//"], tags: ["tool"] }),
      manifest("packages/c/package.json", { private: true }),
      manifest("packages/c/turbo.json", { extends: ["//"] }),
      manifest("packages/d/package.json", { private: true }),
      manifest("packages/d/turbo.json", { extends: ["//"], tags: ["kit"] }),
    ],
  },
  "cast-budget": {
    faults: 1,
    files: [file("packages/a/src/a.ts", "// Why.", "export const a = b as C;", "export const d = b as E;")],
  },
  "cast-reason": {
    faults: 3,
    files: [
      file("packages/a/src/a.ts", "", "", "", "export const a = b as Record<string, string>;"),
      file("packages/a/src/b.tsx", "", "", "", "export const a = b as unknown;", 'export const c = "as String";'),
      file("packages/a/src/c.ts", 'import { a as B } from "./b.ts";', "export const a = [1] as const;"),
      file("packages/a/src/d.ts", "// The line above has just checked it.", "export const a = b as C;"),
      file("packages/a/src/e.ts", 'export const a = "// not a reason";', "export const b = c as D;"),
      file("packages/a/src/f.ts", "// Written as Promised.", "export const a = /b as C/;"),
    ],
  },
  "catalog-version": {
    faults: 2,
    files: [
      manifest("packages/a/package.json", { private: true, dependencies: { pg: "8.0.0", once: "1.0.0" } }),
      manifest("packages/b/package.json", { private: true, devDependencies: { pg: "8.0.1", twice: "catalog:" } }),
      manifest("packages/c/package.json", { private: true, dependencies: { twice: "catalog:" } }),
    ],
  },
  "empty-name": {
    faults: 4,
    files: [
      file("packages/a/src/utils.ts"),
      file("packages/a/src/shared/a.ts"),
      file("packages/a/src/date-helpers.ts"),
      file("packages/a/src/index.ts"),
      file("packages/a/src/common-settings.ts"),
    ],
  },
  "file-role": {
    faults: 1,
    files: [file("packages/a/src/a.service.ts"), file("packages/a/src/a.rules.test.ts"), file("packages/a/src/a.d.ts")],
  },
  "file-spread": {
    faults: 2,
    files: [
      file("packages/a/src/a.ts", ...lines(301)),
      file("packages/a/src/b.ts", ...lines(301)),
      file("packages/a/src/c.ts", ...lines(10)),
      file("packages/a/src/a.test.ts"),
      file("packages/a/src/b.test.ts"),
    ],
  },
  "file-stop": {
    faults: 3,
    files: [
      file("packages/a/src/a.ts", ...lines(401)),
      file("packages/a/src/b.test.ts", ...lines(401)),
      file("apps/a/src/c.css", ...lines(401)),
      file("packages/a/src/d.ts", ...lines(400)),
    ],
  },
  glossary: {
    faults: 7,
    files: [
      file("services/b-service/src/a.ts", `const ${word("subs", "criptionId")} = 1;`),
      file(
        "services/a-service/src/a.ts",
        `const ${word("partici", "pantId")} = 1;`,
        `const start${word("Reca", "ll")} = 1;`,
      ),
      file(
        "packages/a/src/b.ts",
        `const ${word("inter", "view")} = 1;`,
        `const ${word("survey", "Resp", "onse")} = 1;`,
      ),
      file("prisma/notify/schema.prisma", `model ${word("Subs", "cription")} {}`, `  ${word("end", "point")} String`),
      file(
        "packages/event-bus/src/c.ts",
        `interface ${word("Subs", "cription")} {}`,
        `const path = "/a/${word("reca", "ll")}";`,
      ),
      file("packages/contracts/src/survey/incode-start.http.ts", `const ${word("inter", "viewId")} = 1;`),
    ],
  },
  "machine-trace": {
    faults: 2,
    files: [
      file("docs/a.md", `See ${word("/ho", "me/me")}/notes.`),
      file("deploy/b.yml", `url: ${word("https://regi", "stry.example.org")}/`),
      file("docs/c.md", "See https://example.org/home/page and ./homework."),
    ],
  },
  "private-manifest": {
    faults: 2,
    files: [
      manifest("packages/a/package.json", { name: "a" }),
      manifest("package.json", { private: "yes" }),
      manifest("packages/b/package.json", { private: true }),
    ],
  },
  "pure-rules": {
    faults: 4,
    files: [
      file(
        "services/a-service/src/a/a.rules.ts",
        "export const a = () => Date.now();",
        "export const b = () => new Date();",
        'export const c = () => { throw new Error("c"); };',
        "export const d = async () => 1;",
        "export const e = (now: Date) => new Date(now.getTime() + 1); // not Date.now()",
      ),
      file("services/a-service/src/a/make-a.ts", "export const a = () => Date.now();"),
    ],
  },
  "roles-in-style": {
    faults: 2,
    files: [file("STYLE.md", style.text.replace(" rpc", " service"))],
  },
  "test-dodge": {
    faults: 4,
    files: [
      file("packages/a/src/a.test.ts", `it.${word("sk", "ip")}("a", b);`, `describe.${word("on", "ly")}("a", b);`),
      file("packages/a/src/b.test.ts", `${word("vi.mo", "ck")}("./b.ts");`, `it.${word("to", "do")}("a");`),
      file("packages/a/src/c.ts", "rows.skipped(1);"),
    ],
  },
  "test-weight": {
    faults: 1,
    files: [
      file("services/a-service/src/a.ts", ...lines(10)),
      file("services/a-service/src/a.test.ts", ...lines(5)),
      file("services/a-service/src/test/open-a.ts", ...lines(4)),
      file("services/b-service/src/a.ts", ...lines(10)),
      file("services/b-service/src/a.test.ts", ...lines(10)),
      file("services/standalone/src/a.ts", ...lines(10)),
    ],
  },
  unfinished: {
    faults: 2,
    files: [
      file("packages/a/src/a.ts", `// ${word("TO", "DO")}: later`),
      file("deploy/Dockerfile", `# ${word("FIX", "ME")}`),
      file("packages/a/src/b.ts", "export const todo = 1;"),
    ],
  },
};

/** Breaks no rule. */
export const tidyTree: readonly SourceFile[] = [
  style,
  manifest("package.json", { private: true }),
  manifest("packages/a/package.json", { private: true, dependencies: { pg: "catalog:" } }),
  manifest("packages/a/turbo.json", { extends: ["//"], tags: ["kit"] }),
  file("packages/a/src/parse-a.ts", "/** Parses. */", "export const parseA = (text: string) => text;"),
  file("packages/a/src/parse-a.test.ts", 'it("parses", () => expect(parseA("a")).toBe("a"));'),
];

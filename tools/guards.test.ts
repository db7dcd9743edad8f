import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useTestDatabase } from "@roundtrip/test-harness/test-database";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { plantedLint } from "./house/planted-lint.ts";
import { plantedTidy, tidyTree } from "./house/planted-tidy.ts";
import { allowedImports, forbiddenImports, importing } from "./house/planted-walls.ts";
import { plantedBoundaries, plantedDependencies, plantedTypes } from "./house/planted-workspaces.ts";
import { repositoryRoot } from "./house/source-tree.ts";
import { judge, type TidyRuleName, tidyRules } from "./house/tidy.rules.ts";
import { copyTree, type TreeCopy } from "./house/tree-copy.ts";

/**
 * Who guards the guards: every wall and every rule is shown a violation and must turn red, on a copy that was green just
 * before. A check that looks at nothing (a glob that no longer fits, a rule that was renamed) fails here.
 */
let clean: TreeCopy;

beforeAll(async () => {
  clean = await copyTree(repositoryRoot);
}, 60_000);
afterAll(async () => {
  await clean.remove();
});

describe("a copy without faults", () => {
  it.each([
    ["biome", ["check", "--error-on-warnings", "."]],
    ["turbo", ["boundaries"]],
    ["knip", ["--no-progress"]],
    ["tsc", ["-p", "packages/secret-box/tsconfig.json", "--noEmit"]],
  ])("is green for %s", async (tool, options) => {
    const { exitCode, output } = await clean.run(tool, options);
    expect({ exitCode, output: exitCode === 0 ? "" : output }).toEqual({ exitCode: 0, output: "" });
  });
});

/** Plants into a copy of its own, so that the guards' faults do not mix. */
const withCopy = <T>(work: (copy: TreeCopy) => Promise<T>): Promise<T> =>
  copyTree(clean.root).then((copy) => work(copy).finally(() => copy.remove()));

describe("Biome", () => {
  let seen: ReadonlySet<string>;

  beforeAll(async () => {
    const walls = [...forbiddenImports, ...allowedImports].map((one) => [one.path, importing(one)]);
    const lint = plantedLint.map(({ path, text }) => [path, text]);
    seen = await withCopy(async (copy) => {
      await copy.plant(Object.fromEntries([...walls, ...lint]));
      return readDiagnostics((await copy.run("biome", biomeOptions)).output);
    });
  }, 60_000);

  it.each(plantedLint)("$rule", ({ rule, path }) => {
    expect([...seen].filter((one) => one.startsWith(`${path} `))).toContain(`${path} ${rule}`);
  });

  it("is shown a violation of every rule that biome.jsonc turns on", async () => {
    const text = await readFile(join(repositoryRoot, "biome.jsonc"), "utf8");
    const named = [...text.matchAll(/"((?:no|use)[A-Z]\w+)": (?:"error"|\{ "level": "error"|\{\s+"level": "error")/g)];
    const planted = new Set([...plantedLint.map(({ rule }) => rule), "noRestrictedImports"]);
    expect(named.length).toBeGreaterThan(30);
    expect(named.map(([, rule]) => rule).filter((rule) => !planted.has(rule ?? ""))).toEqual([]);
  });

  it.each(forbiddenImports)("keeps $from out of $path", ({ path }) => {
    expect(seen).toContain(`${path} noRestrictedImports`);
  });

  it.each(allowedImports)("lets $from into $path", ({ path }) => {
    expect(seen).not.toContain(`${path} noRestrictedImports`);
  });

  it("refuses a file that is not formatted", () => {
    expect(seen).toContain("packages/secret-box/src/planted-noenum.ts format");
  });
});

const biomeOptions = ["check", "--error-on-warnings", "--max-diagnostics=none", "--reporter=json", "."];

/** `<path> <rule>` of every error. */
const readDiagnostics = (output: string): ReadonlySet<string> => {
  const start = output.indexOf('{"summary"');
  const report: unknown = JSON.parse(output.slice(start, output.lastIndexOf("}") + 1));
  return new Set(findDiagnostics(report).map((one) => `${one.location.path} ${one.category.split("/").at(-1)}`));
};

interface Diagnostic {
  readonly category: string;
  readonly severity: string;
  readonly location: { readonly path: string };
}

const findDiagnostics = (report: unknown): readonly Diagnostic[] => {
  // The shape of Biome's own report; a change of it leaves nothing found, and the tests above red.
  const { diagnostics } = report as { readonly diagnostics: readonly Diagnostic[] };
  return diagnostics.filter((one) => one.severity === "error");
};

describe("turbo boundaries", () => {
  const check = (planting: (copy: TreeCopy) => Promise<void>): Promise<string> =>
    withCopy(async (copy) => {
      await planting(copy);
      // The report is wrapped to a terminal's width.
      return (await copy.run("turbo", ["boundaries"])).output.replace(/\n\s*\|\s*/g, " ");
    });

  it.each(plantedBoundaries)("sees $kind", async ({ path, from, says }) => {
    const output = await check((copy) => copy.plant({ [path]: `import "${from}";\n` }));
    expect(output).toContain(says);
    expect(output).toContain(`${path}:1:8`);
  });

  // Tags look through the packages between: each is planted alone, else one would be seen through another.
  it.each(plantedDependencies)("keeps a $tag from depending on $on", async ({ workspace, on }) => {
    const output = await check((copy) => addDependency(copy, workspace, { [on]: "workspace:*" }));
    const name = `@roundtrip/${workspace.split("/").at(-1)}`;
    expect(output).toContain(`Package \`${on}\` found without any tag listed in allowlist for \`${name}\``);
  });
});

const addDependency = async (copy: TreeCopy, workspace: string, added: Record<string, string>): Promise<void> => {
  const path = join(workspace, "package.json");
  const manifest = JSON.parse(await readFile(join(copy.root, path), "utf8"));
  await copy.plant({
    [path]: JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, ...added } }, null, 2),
  });
};

describe("knip", () => {
  it("finds a file, an export, a dependency and an import that nobody has use or ground for", async () => {
    const { exitCode, output } = await withCopy(async (copy) => {
      const keyring = await readFile(join(copy.root, "packages/secret-box/src/keyring.ts"), "utf8");
      await copy.plant({
        "services/survey-service/src/surveys/planted-dead.ts": "export const planted = 1;\n",
        "packages/secret-box/src/keyring.ts": `${keyring}\nexport const plantedExport = 1;\n`,
        "packages/secret-box/src/planted-import.test.ts": 'import "planted-unlisted";\n',
      });
      await addDependency(copy, "packages/secret-box", { "planted-dependency": "1.0.0" });
      return copy.run("knip", ["--no-progress"]);
    });
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/Unused files[\s\S]*surveys\/planted-dead\.ts/);
    expect(output).toMatch(/Unused exports[\s\S]*plantedExport/);
    expect(output).toMatch(/Unused dependencies[\s\S]*planted-dependency/);
    expect(output).toMatch(/Unlisted dependencies[\s\S]*planted-unlisted/);
  });
});

describe("the compiler", () => {
  let output: string;

  beforeAll(async () => {
    output = await withCopy(async (copy) => {
      for (const { error, text } of plantedTypes) await copy.plant({ [typesPath(error)]: `${text}\n` });
      return (await copy.run("tsc", ["-p", "packages/secret-box/tsconfig.json", "--noEmit"])).output;
    });
  }, 60_000);

  it.each(plantedTypes)("holds $option", ({ error }) => {
    const about = output.split("\n").filter((line) => line.startsWith(typesPath(error)));
    expect(about.join("\n")).toContain(error);
  });
});

const typesPath = (error: string): string => `packages/secret-box/src/planted-${error.toLowerCase()}.ts`;

describe("the tidy test", () => {
  it("has nothing to say about a tidy tree", () => {
    expect(judge(tidyTree)).toEqual([]);
  });

  // Every key of `plantedTidy` is the name of a rule: its type says so, and that none is left out.
  it.each(Object.keys(plantedTidy) as TidyRuleName[])("%s", (rule) => {
    const { files, faults } = plantedTidy[rule];
    expect(tidyRules[rule](files)).toHaveLength(faults);
  });
});

describe("Postgres", () => {
  const survey = useTestDatabase("survey");

  const connectAs = async (role: "auth" | "survey" | "notify"): Promise<pg.Client> => {
    const url = new URL(survey.database().url);
    url.username = `template_${role}`;
    url.password = inject("postgresPasswords")[role];
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    return client;
  };

  it.each(["auth", "notify"] as const)(
    "keeps the role of %s-service out of survey-service's database",
    async (role) => {
      await expect(connectAs(role)).rejects.toThrow(/permission denied for database/);
    },
  );

  it("lets survey-service read it", async () => {
    const client = await connectAs("survey");
    const rows = await client.query("SELECT count(*) AS count FROM outbox").finally(() => client.end());
    expect(rows.rows).toEqual([{ count: "0" }]);
  });
});
